using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>One agent's directory: certificates, configuration, journal, and the unit's program. Agents started from it are ended with it.</summary>
internal sealed class AgentSetup : IAsyncDisposable
{
    public const string Unit = "gitaly";

    private readonly List<AgentProcess> agents = [];
    private int scripts;

    public AgentSetup(string script = "exec sleep 1000")
    {
        Path = Directory.CreateTempSubdirectory("agent-test-").FullName;
        WriteCertificates(Authority, Path);
        Console = Authority.IssueClient("console");
        Config = NewConfig(NewUnit(Script(script)));
    }

    public TestAuthority Authority { get; } = new();

    public X509Certificate2 Console { get; }

    public string Path { get; }

    public JsonObject Config { get; }

    public JsonObject UnitConfig => Config["Units"]?[Unit]?.AsObject() ?? throw new InvalidOperationException("No unit.");

    public string Journal => At("journal.jsonl");

    public string At(string file) => System.IO.Path.Join(Path, file);

    public static void WriteCertificates(TestAuthority authority, string directory)
    {
        var server = authority.IssueServer();
        File.WriteAllText(System.IO.Path.Join(directory, "agent.crt"), server.ExportCertificatePem());
        File.WriteAllText(System.IO.Path.Join(directory, "agent.key"), server.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(System.IO.Path.Join(directory, "ca.crt"), authority.RootPem);
    }

    public static JsonObject NewConfig(JsonObject unit) => new()
    {
        ["Listen"] = "127.0.0.1:0",
        ["MetricsListen"] = "127.0.0.1:0",
        ["Certificate"] = "agent.crt",
        ["Key"] = "agent.key",
        ["ClientCa"] = "ca.crt",
        ["JournalPath"] = "journal.jsonl",
        ["Clients"] = new JsonArray(
            new JsonObject { ["San"] = "console", ["Actions"] = All() },
            new JsonObject { ["San"] = "watcher", ["Actions"] = new JsonArray("status") }),
        ["Units"] = new JsonObject { [Unit] = unit },
    };

    public static JsonObject NewUnit(string program) => new()
    {
        ["Supervisor"] = "child-process",
        ["Command"] = new JsonArray(program),
        ["LogPath"] = "server.log",
        ["PprofUrl"] = "http://127.0.0.1:9",
        ["Actions"] = All(),
        ["Reload"] = "in-place",
        ["StopTimeoutSeconds"] = 5,
        ["RestartDelaySeconds"] = 1,
    };

    public static JsonArray All() => ["status", "restart", "reload", "profile", "dump", "abort", "journal"];

    /// <summary>A program for the unit, and its path.</summary>
    public string Script(string body)
    {
        var path = At($"server{scripts++}.sh");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public string WriteConfig()
    {
        File.WriteAllText(At("agent.json"), Config.ToJsonString());
        return At("agent.json");
    }

    /// <summary>Starts an agent that listens and whose unit's process runs.</summary>
    public async Task<AgentProcess> StartAsync()
    {
        var agent = StartUnchecked();
        await agent.WaitUntilListeningAsync();
        return agent;
    }

    public AgentProcess StartUnchecked()
    {
        var agent = new AgentProcess(this, WriteConfig());
        agents.Add(agent);
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in agents)
            await agent.DisposeAsync();
        Authority.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
