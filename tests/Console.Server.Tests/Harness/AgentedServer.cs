using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A host as it really is: the agent, which runs the reference Git RPC server and keeps a journal.</summary>
internal sealed partial class AgentedServer(Programs programs, TestAuthority authority, string name) : IAsyncDisposable
{
    private const string Unit = "gitaly";
    private readonly TempFolder _folder = new();
    private ChildProcess? _agent;

    public GitRpcProcess Server { get; } = new(programs);

    public string AgentUrl { get; private set; } = "";

    /// <summary>Where the agent looks for pprof; the server itself when null.</summary>
    public string? Pprof { get; init; }

    /// <summary>The host's name in Prometheus.</summary>
    public string Name => name;

    /// <summary>For <see cref="PrometheusProcess"/>.</summary>
    public string Target => $"{name}={Server.Metrics}";

    /// <summary>What the console's configuration says of this host.</summary>
    public JsonObject Override => new() { ["GitRpcAddress"] = $"http://{Server.Grpc}", ["AgentAddress"] = AgentUrl, ["Unit"] = Unit };

    /// <summary>The journal's lines; each action has one before it and one after.</summary>
    public IReadOnlyList<string> Journal => File.Exists(_folder.At("journal.jsonl")) ? File.ReadAllLines(_folder.At("journal.jsonl")) : [];

    /// <param name="growBytesPerSecond">As for <see cref="GitRpcProcess.StartAsync"/>.</param>
    public async Task StartAsync(string version, long growBytesPerSecond = 0)
    {
        using var certificate = authority.IssueServer();
        _folder.Write("agent.crt", certificate.ExportCertificatePem());
        _folder.Write("agent.key", certificate.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? "");
        var config = _folder.Write("agent.json", Configuration(Server.Stamp(version, growBytesPerSecond)).ToJsonString());
        var binary = Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT");
        string[] program = binary is null ? ["dotnet", Path.Join(AppContext.BaseDirectory, "Console.Agent.dll")] : [binary];
        _agent = new(program[0], [.. program[1..], "--config", config]);
        await _agent.LineAsync("Listening on ");
        AgentUrl = _agent.Lines.Select(line => Listening().Match(line)).First(match => match.Success).Groups[1].Value;
        await Server.WaitUntilServingAsync(() => Assert.False(_agent.Ended, string.Join('\n', _agent.Lines)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            // SIGTERM, which ends its server too.
            await _agent.StopAsync();
            await _agent.DisposeAsync();
        }

        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private JsonObject Configuration(IReadOnlyList<string> arguments) => new()
    {
        ["Listen"] = "127.0.0.1:0",
        ["Certificate"] = "agent.crt",
        ["Key"] = "agent.key",
        ["ClientCa"] = authority.RootFile,
        ["JournalPath"] = "journal.jsonl",
        ["Clients"] = new JsonArray(new JsonObject { ["San"] = "console", ["Actions"] = Actions() }),
        ["Units"] = new JsonObject
        {
            [Unit] = new JsonObject
            {
                ["Supervisor"] = "child-process",
                ["Command"] = new JsonArray([Path.Join(Programs.GitRpc, "git-rpc-server"), .. arguments]),
                ["LogPath"] = "server.log",
                ["PprofUrl"] = Pprof ?? $"http://{Server.Metrics}",
                ["Actions"] = Actions(),
                ["StopTimeoutSeconds"] = 5,
                ["RestartDelaySeconds"] = 1,
            },
        },
    };

    private static JsonArray Actions() => ["status", "restart", "profile", "dump", "abort", "journal"];

    [GeneratedRegex(@"Listening on (https://[^,]+?)[,.]?( |$)")]
    private static partial Regex Listening();
}
