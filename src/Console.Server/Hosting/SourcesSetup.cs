using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Hosting;

/// <summary>What the console reads, and the watches that read it at a steady pace.</summary>
internal static class SourcesSetup
{
    public static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<PrometheusOptions>(configuration, PrometheusOptions.Section);
        services.AddChecked<MetricOptions>(configuration, MetricOptions.Section);
        services.AddChecked<HostMapOptions>(configuration, HostMapOptions.Section);
        services.AddChecked<GitRpcOptions>(configuration, GitRpcOptions.Section);
        services.AddChecked<AgentOptions>(configuration, AgentOptions.Section);
        services.AddChecked<WatchOptions>(configuration, WatchOptions.Section);

        services.AddHttpClient<PrometheusClient>((provider, http) =>
            {
                var url = provider.GetRequiredService<IOptions<PrometheusOptions>>().Value.Url;
                http.BaseAddress = new Uri(url.AbsoluteUri.TrimEnd('/') + "/");

                // Each query has its own deadline.
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All });
        services.AddChecked<AlertmanagerOptions>(configuration, AlertmanagerOptions.Section);
        services.AddHttpClient<Alertmanager>();
        services.AddSingleton<SourceBoard>();
        services.AddSingleton<HostMap>();
        services.AddSingleton<MetricNames>();
        services.AddSingleton<PromQl>();
        services.AddSingleton<IncarnationReader>();
        services.AddSingleton<BucketReader>();
        services.AddSingleton<HostMetricReader>();
        services.AddSingleton<FleetReader>();
        services.AddSingleton<Rounds>();
        services.AddSingleton<GitRpcServers>();
        services.AddSingleton<AgentClients>();
        AddWatch<PrometheusWatch>(services);
        AddWatch<GitRpcWatch>(services);
        AddWatch<AgentWatch>(services);
        services.AddSingleton<ForecastReader>();
        services.AddSingleton<LockupMetrics>();
        AddWatch<LockupWatch>(services);
        return services;
    }

    // One object that both runs and can be asked.
    private static void AddWatch<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
