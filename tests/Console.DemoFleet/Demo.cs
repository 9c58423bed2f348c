using System.Net;
using System.Net.Sockets;
using FleetConsole.DemoFleet.History;

namespace FleetConsole.DemoFleet;

/// <summary>The demo fleet, from nothing to ready, until it is told to end.</summary>
internal sealed class Demo(DemoPlan plan, TimeProvider time, TextWriter output) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private readonly List<Child> _children = [];
    private FileStream? _lock;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="DemoException">It cannot start, or one of its programs ended by itself.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Prepare();
        var now = Math.Floor(time.GetUtcNow().ToUnixTimeSeconds() / OpenMetricsFile.StepSeconds) * OpenMetricsFile.StepSeconds;
        var hosts = plan.Hosts.Select(h => h.Name).ToList();
        var history = Task.Run(() => HistoryBlocks.WriteAsync(Timeline.EndingAt(now, hosts), hosts, plan.In("prometheus"), cancellationToken), cancellationToken);
        foreach (var host in plan.Hosts)
            Start(host.Name, Programs.Agent(plan), ["--config", plan.InHost(host, "agent.json")], prefix: "agent-");
        Start("load", Programs.Load(plan),
        [
            .. plan.Hosts.SelectMany(h => new[] { "--target", $"{h.Name}=127.0.0.1:{h.GrpcPort}" }),
            "--auth-secret-file", plan.SecretFile, "--storage", "default", "--repository", DemoFiles.Repository, "--rate", "8",
        ]);
        var accounts = await Task.Run(() => Accounts.Ensure(plan), cancellationToken);
        await history;
        Start("prometheus", "prometheus",
        [
            $"--config.file={plan.In("prometheus.yml")}", $"--storage.tsdb.path={plan.In("prometheus")}",
            $"--web.listen-address=127.0.0.1:{plan.PrometheusPort}", "--storage.tsdb.retention.time=60d", "--log.level=warn",
        ]);
        Start("console", Programs.Console(plan), ["--config", plan.In("console.json")]);
        await WaitForPageAsync(cancellationToken);

        await output.WriteLineAsync($"Console ready: {plan.ConsoleUrl}  {string.Join("  ", accounts.Select(a => $"{a.Key}:{a.Value}"))}");
        await output.WriteLineAsync($"Prometheus: {plan.PrometheusUrl}   data: {plan.Data}   Ctrl-C ends all of it.");
        await output.FlushAsync(cancellationToken);
        await WatchAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // The load first, so that nobody complains about servers that are meant to end.
        await Task.WhenAll(_children.Where(c => c.Name == "load").Select(c => c.StopAsync()));
        await Task.WhenAll(_children.Select(c => c.StopAsync()));
        foreach (var child in _children)
            child.Dispose();
        foreach (var pid in Signals.Leftovers(plan))
            Signals.Send(pid, Signals.Kill);
        if (_lock is null)
            return;
        File.Delete(plan.In("plan.json"));
        await _lock.DisposeAsync();
    }

    private void Prepare()
    {
        Directory.CreateDirectory(plan.Data);
        try
        {
            _lock = new FileStream(plan.In("lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            throw new DemoException($"Another demo runs on {plan.Data}. End it, or set DATA to another folder.");
        }

        foreach (var pid in Signals.Leftovers(plan))
            Signals.Send(pid, Signals.Kill);
        foreach (var (port, use) in plan.Ports)
            CheckFree(port, use);
        foreach (var stale in new[] { plan.RunFolder, plan.In("prometheus"), plan.In("log") }.Where(Directory.Exists))
            Directory.Delete(stale, recursive: true);
        Directory.CreateDirectory(plan.RunFolder);
        Directory.CreateDirectory(plan.In("log"));

        DemoCertificates.Make(plan, time.GetUtcNow());
        DemoFiles.Make(plan);
        foreach (var host in plan.Hosts)
        {
            // The last host is let grow until it locks up.
            var grow = host == plan.Hosts[^1] ? ServerSettings.Unlimited : ServerSettings.Bounded;
            new ServerSettings(DemoFiles.FirstVersion, ServerSettings.Fork, grow).Write(plan, host);
        }

        plan.Save();
    }

    // A connection tells that somebody listens; binding also fails for a moment after a demo that just ended.
    private static void CheckFree(int port, string use)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException)
        {
            throw new DemoException($"Port {port} is in use (needed for {use}). Set PORT to another number; the demo takes PORT to PORT+25.");
        }
    }

    private void Start(string name, string program, IReadOnlyList<string> arguments, string prefix = "")
    {
        var child = new Child(plan, prefix + name, program, arguments);
        _children.Add(child);
        child.Start();
    }

    private async Task WaitForPageAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var timer = new PeriodicTimer(Pace, time);
        var started = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            CheckAlive();
            if (time.GetElapsedTime(started) > ReadyDeadline)
                throw new DemoException($"The console did not answer within {ReadyDeadline.TotalSeconds:0} s. See {plan.In("log")}.");
            try
            {
                using var answer = await http.GetAsync(new Uri(plan.ConsoleUrl + "/account/sign-in"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var child in _children)
                child.FollowHold();
            CheckAlive();
        }
    }

    private void CheckAlive()
    {
        if (_children.Find(c => !c.Running && !c.Held) is { } ended)
            throw new DemoException($"{ended.Name} ended by itself with code {ended.ExitCode}. See {ended.LogPath}.");
    }
}
