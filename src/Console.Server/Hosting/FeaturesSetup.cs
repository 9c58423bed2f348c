using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Server.Features.Audit;
using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Features.Control;
using FleetConsole.Server.Features.Control.Rollouts;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Features.Deploys;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Features.Fleet;
using FleetConsole.Server.Features.Latency;
using FleetConsole.Server.Sources;

namespace FleetConsole.Server.Hosting;

/// <summary>
/// The features, each under the interface by which pages ask for it, and their gRPC services: the same object answers
/// a page that is prerendered and a browser.
/// </summary>
internal static class FeaturesSetup
{
    public static IServiceCollection AddFeatures(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDriftLookers(configuration);
        // Curves of a hundred hosts over a day have more than 2 MB; what is larger than this is asked for anew each time, with an error in the log.
        services.AddHybridCache(options => options.MaximumPayloadBytes = 64 << 20);
        services.AddSignalR();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ApiErrors>();
            grpc.MaxReceiveMessageSize = BodyLimit.MostMessageBytes;
        }).AddJsonTranscoding();
        services.AddGrpcHealthChecks();
        services.AddSingleton<ChangeBroadcast>();

        services.AddSingleton<FleetFeature>();
        services.AddSingleton<CurveReader>();
        services.AddSingleton<LatencyFeature>();
        services.AddSingleton<AuditFeature>();
        services.AddSingleton<IFleetApi>(provider => provider.GetRequiredService<FleetFeature>());
        services.AddSingleton<ILatencyApi>(provider => provider.GetRequiredService<LatencyFeature>());
        services.AddSingleton<IAuditApi>(provider => provider.GetRequiredService<AuditFeature>());

        services.AddSingleton<DriftBoard>();
        services.AddSingleton<DriftMetrics>();
        services.AddHostedService<DriftScan>();
        services.AddSingleton<FindingLedger>();
        services.AddSingleton<ILockupHistory, KnownLockups>();
        services.AddSingleton<ReplayDesk>();
        services.AddSingleton<FindingsFeature>();
        services.AddSingleton<IFindingsApi>(provider => provider.GetRequiredService<FindingsFeature>());
        services.AddHostedService<LockupFindings>();

        services.AddCaptures(configuration);
        services.AddControl(configuration);
        services.AddDeploys(configuration);
        return services;
    }

    private static void AddCaptures(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<CaptureRulesOptions>(configuration, CaptureRulesOptions.Section);
        services.AddSingleton<CapturesFeature>();
        services.AddSingleton<ICapturesApi>(provider => provider.GetRequiredService<CapturesFeature>());
        services.AddSingleton<CaptureUploads>();
        services.AddSingleton<CaptureDeletions>();
        services.AddHostedService<CaptureRetention>();
        services.AddSingleton<CaptureAccess>();
        services.AddSingleton<ReadingGate>();
        services.AddSingleton<ProfileShelf>();
        services.AddSingleton<ChildrenCpu>();
        services.AddSingleton<ProfilesFeature>();
        services.AddSingleton<IProfilesApi>(provider => provider.GetRequiredService<ProfilesFeature>());
        services.AddSingleton<CaptureRuleBook>();
        services.AddSingleton<RuleRefusals>();
        services.AddSingleton<CaptureRulesFeature>();
        services.AddSingleton<ICaptureRulesApi>(provider => provider.GetRequiredService<CaptureRulesFeature>());
        services.AddHostedService<CaptureRuleWatch>();
    }

    private static void AddControl(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<ControlOptions>(configuration, ControlOptions.Section);
        services.AddSingleton<SituationReader>();
        services.AddSingleton<CommandGate>();
        services.AddSingleton<ControlFeature>();
        services.AddSingleton<Planner>();
        services.AddSingleton<Approvals>();
        services.AddSingleton<IControlApi, PrerenderedControl>();
        services.AddSingleton<CommandLog>();
        services.AddSingleton<ICaptureTaker, RuleCaptures>();
        services.AddSingleton<AgentMemory>();
        services.AddSingleton<LastLook>();
        services.AddTransient<Replacement>();
        services.AddTransient<CaptureStore>();
        services.AddTransient<EvidenceRun>();
        services.AddTransient<SilenceRun>();
        services.AddTransient<ReplaceRun>();
        services.AddTransient<DumpRun>();
        services.AddTransient<ProfileRun>();
        services.AddSingleton<CommandRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<CommandRunner>());
        services.AddHostedService<ApprovalExpiry>();
        services.AddSingleton<RolloutFeature>();
        services.AddSingleton<IRolloutsApi, PrerenderedRollouts>();
        services.AddSingleton<BatchHealth>();
        services.AddTransient<BatchRun>();
        services.AddSingleton<RolloutRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<RolloutRunner>());
    }

    private static void AddDeploys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<DeployOptions>(configuration, DeployOptions.Section);
        services.AddSingleton<UnknownVersions>();
        services.AddSingleton<DeploysFeature>();
        services.AddSingleton<IDeploysApi>(provider => provider.GetRequiredService<DeploysFeature>());
        services.AddSingleton<DeployAnnouncements>();
        services.AddSingleton<ProcessLedger>();
        services.AddSingleton<WaveLedger>();
        services.AddSingleton<DeployReader>();
        services.AddSingleton<DeployVerdicts>();
        services.AddSingleton<IEqualAgeJudge, RestartJudge>();
        services.AddHostedService<DeployWatch>();
    }

    /// <summary>What looks at the fleet for drift, without anything that keeps what it finds.</summary>
    public static IServiceCollection AddDriftLookers(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<DriftScanOptions>(configuration, DriftScanOptions.Section);
        return services.AddSingleton<DriftLookers>();
    }

    public static void MapFeatures(this WebApplication app)
    {
        var everywhere = new ServedOn(Listener.Browser, Listener.Grpc);
        app.MapGrpcService<FleetService>().WithMetadata(everywhere);
        app.MapGrpcService<LatencyService>().WithMetadata(everywhere);
        app.MapGrpcService<CapturesService>().WithMetadata(everywhere);
        app.MapGrpcService<ProfilesService>().WithMetadata(everywhere);
        app.MapGrpcService<CaptureRulesService>().WithMetadata(everywhere);
        app.MapGrpcService<AuditService>().WithMetadata(everywhere);
        app.MapGrpcService<FindingsService>().WithMetadata(everywhere);
        app.MapGrpcService<ControlService>().WithMetadata(everywhere);
        app.MapGrpcService<RolloutsService>().WithMetadata(everywhere);
        app.MapGrpcService<DeploysService>().WithMetadata(everywhere);
        app.MapGrpcHealthChecksService().AllowAnonymous().WithMetadata(new ServedOn(Listener.Grpc));
        app.MapHub<ChangesHub>(Changes.Path);
        app.MapOpenApi();
        app.MapCaptures();
        app.MapAudit();
        app.MapDeploys();
    }
}
