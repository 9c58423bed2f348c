using System.Diagnostics;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Watch;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// Runs the console's own Program inside the test, to read what it maps: a list kept by hand would miss the route that
/// somebody adds tomorrow.
/// </summary>
internal static class MappedRoutes
{
    public static async Task<IReadOnlyList<RouteEndpoint>> ReadAsync(string configFile)
    {
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = DiagnosticListener.AllListeners.Subscribe(new HostSeen(built));
        var main = typeof(Listener).Assembly.EntryPoint ?? throw new InvalidOperationException("No Main.");
        string[] arguments = ["--config", configFile, "--applicationName", "Console.Server", "--contentRoot", AppContext.BaseDirectory];
        var run = Task.Factory.StartNew(() => main.Invoke(null, [arguments]), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Task.WhenAny(built.Task, run).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        if (run.IsCompleted)
            await run;
        var host = await built.Task;
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await Wait.UntilAsync("the console in the test has started", () => lifetime.ApplicationStarted.IsCancellationRequested || run.IsFaulted);
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        lifetime.StopApplication();
        await run.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return routes;
    }

    // The host says on this channel that it was built; other tests build hosts of their own, without watches.
    private sealed class HostSeen(TaskCompletionSource<IHost> built) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error) => built.TrySetException(error);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
                value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "HostBuilt" && value.Value is IHost host && host.Services.GetService<PrometheusWatch>() is not null)
                built.TrySetResult(host);
        }
    }
}
