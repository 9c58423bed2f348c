using System.Collections.Concurrent;
using Grpc.Net.Client;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A running console on a fake Prometheus that shows one host, for classes that ask about the console alone.</summary>
public sealed class QuietConsole(Programs programs) : IAsyncLifetime
{
    internal const string Host = "git-1";

    /// <summary>An operator's token whose time is over.</summary>
    internal const string Expired = "expired";
    private readonly ConcurrentDictionary<string, Lazy<Task<Session>>> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<GrpcChannel>>> _natives = new(StringComparer.Ordinal);
    private GrpcChannel? _expired;
    private FakePrometheus? _prometheus;
    private ConsoleProcess? _console;

    internal ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    internal FakePrometheus Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run(Host, FakePrometheus.Now - 3600);
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["GitRpcAddress"] = "";
        _console.Section("Hosts")["AgentAddress"] = "";
        await _console.StartAsync();
        await Wait.UntilAsync("the console has polled its Prometheus", () => _prometheus.Count("last_over_time") > 0);
    }

    /// <summary>A session of the role, or of nobody; signing in takes a password hash, so once is enough.</summary>
    internal Task<Session> AsAsync(string role) => _sessions.GetOrAdd(role, r =>
        new(() => r switch
        {
            "nobody" => Task.FromResult(Console.Nobody()),
            Expired => ExpiredAsync(),
            _ => Console.SignInAsync(r),
        })).Value;

    /// <summary>A native channel with the role's token.</summary>
    internal Task<GrpcChannel> NativeAsync(string role) => _natives.GetOrAdd(role, r => new(() => r == Expired ? Task.FromResult(_expired!) : Console.Nobody().NativeAsync(r))).Value;

    private async Task<Session> ExpiredAsync()
    {
        var (code, output) = await Console.CommandAsync(["tokens", "add", Expired, "--user", "operator", "--days", "1"]);
        Assert.True(code == 0, output);
        Assert.Equal(1, await Console.ExecuteSqlAsync($"UPDATE ApiTokens SET ExpiresAt = 1 WHERE Name = '{Expired}'"));
        var session = Console.Nobody();
        _expired = session.Bear(output.Split('\n').Single(line => line.StartsWith("fct_", StringComparison.Ordinal)));
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
    }
}
