using System.Text.Json.Nodes;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// A console on one real host: the reference server under its agent, forking under one lock, and a real Prometheus that scrapes it.
/// </summary>
/// <param name="growBytesPerSecond">By how much its page tables grow; <see cref="ToALockUp"/> locks it up within a minute.</param>
/// <param name="pprof">Where the agent looks for pprof; the server itself when null.</param>
internal sealed class RealHost(Programs programs, long growBytesPerSecond = 0, string? pprof = null) : IAsyncDisposable
{
    public const string Name = "git-1";

    // 20 forks a second: at 2 GiB a fork takes 60 ms, which is more than there is.
    public const long ToALockUp = 150_000_000;
    private readonly TestAuthority _authority = new();
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;
    private AgentedServer? _host;

    public ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    /// <summary>The agent's journal, a line before each action and one after it.</summary>
    public IReadOnlyList<string> Journal => _host?.Journal ?? [];

    public GitRpcProcess Server => _host?.Server ?? throw new InvalidOperationException("Not started.");

    /// <param name="others">More targets, "host=address", that nobody has mapped.</param>
    public async Task StartAsync(params string[] others)
    {
        _host = new(programs, _authority, Name) { Pprof = pprof };
        await _host.StartAsync("1.0.4", growBytesPerSecond);
        _prometheus = new([_host.Target, .. others]);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["Overrides"] = new JsonObject { [Name] = _host.Override };
        _console.Trust(_authority);
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (Server.SecretFile, GitRpcProcess.Storage, Programs.Repository);

        // The forking call is made because calls pile up, not because its own time has come.
        (gitRpc["DeadlineSeconds"], gitRpc["ProbeSeconds"]) = (2, 3600);
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        _authority.Dispose();
    }
}
