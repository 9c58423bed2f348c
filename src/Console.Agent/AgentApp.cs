using System.Security.Authentication;
using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Metrics;
using FleetConsole.Agent.Security;
using FleetConsole.Agent.Supervisors;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Console;

namespace FleetConsole.Agent;

/// <summary>Puts the agent together: gRPC over mutual TLS on one listener, plain metrics on another.</summary>
internal static class AgentApp
{
    private const int MostMessageBytes = 64 * 1024;

    public static WebApplication Build(AgentSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Otherwise the host would watch every directory below the working directory, which a service manager sets to /.
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });

        // The agent has one configuration file. An environment variable or an appsettings.json must not add a listener.
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        AddLogging(builder.Logging);
        AddServices(builder.Services, settings);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings));
        var app = builder.Build();
        app.MapWhen(context => !context.Request.IsHttps, PlainHttp);
        app.MapGrpcService<AgentService>();
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            o.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);

        // What it logs as an error is a failed start, which Program tells in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void AddServices(IServiceCollection services, AgentSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(p => new Journal(settings.JournalPath, p.GetRequiredService<ILogger<Journal>>()));
        services.AddSingleton<CommandCounters>();
        services.AddSingleton<CommandDesk>();
        services.AddSingleton<ReplaceCommand>();
        services.AddSingleton<PprofClient>();
        services.AddSingleton<ProfileCommand>();
        services.AddSingleton<DumpStore>();
        services.AddSingleton<GoroutineDump>();
        services.AddSingleton<PerfRecording>();
        services.AddSingleton<AbortDump>();
        services.AddSingleton<DumpCommand>();
        services.AddSingleton<Gatekeeper>();
        services.AddSingleton<UnitChanges>();
        services.AddSingleton<UnitDirectory>();
        services.AddSingleton<StatusReport>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<AgentService>();
        services.AddHostedService<SupervisionWorker>();
        services.AddGrpc(o =>
        {
            o.MaxReceiveMessageSize = MostMessageBytes;
            o.IgnoreUnknownServices = false;
        });

        // Long enough for every unit to be stopped, by SIGKILL if need be.
        services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.Units.Values.Max(u => u.StopTimeout) + TimeSpan.FromSeconds(15));
    }

    private static void Listen(KestrelServerOptions kestrel, AgentSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 100;
        kestrel.Listen(settings.Listen, listener =>
        {
            listener.Protocols = HttpProtocols.Http2;
            listener.UseHttps(MutualTls(settings.Tls));
        });
        if (settings.MetricsListen is { } metrics)
            kestrel.Listen(metrics, listener => listener.Protocols = HttpProtocols.Http1);
    }

    private static HttpsConnectionAdapterOptions MutualTls(TlsFiles files)
    {
        var clients = new ClientCertificates(files.ClientRoots);
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificate = files.Certificate,
            ServerCertificateChain = files.Chain,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, chain, _) => clients.Accept(certificate, chain),
            OnAuthenticate = (_, tls) => tls.CertificateRevocationCheckMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
            HandshakeTimeout = TimeSpan.FromSeconds(10),
        };
    }

    // Whatever came without TLS gets this and nothing else.
    private static void PlainHttp(IApplicationBuilder app) => app.Run(async context =>
    {
        var body = (HttpMethods.IsGet(context.Request.Method), context.Request.Path.Value) switch
        {
            (true, "/metrics") => context.RequestServices.GetRequiredService<MetricsPage>().Write(),
            (true, "/healthz") => "ok\n",
            _ => null,
        };
        if (body is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = MetricsPage.ContentType;
        await context.Response.WriteAsync(body, context.RequestAborted);
    });
}
