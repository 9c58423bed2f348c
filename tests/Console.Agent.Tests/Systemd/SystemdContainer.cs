using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetConsole.Agent.Tests.Harness;
using Grpc.Net.Client;

namespace FleetConsole.Agent.Tests.Systemd;

/// <summary>
/// A real systemd, in a container of its own, with the reference server as its services and the agent as one more. Started once; it ends with its standard
/// input, so also when the tests are killed, and its mounts end with it.
/// </summary>
public sealed partial class SystemdContainer : IAsyncLifetime
{
    private readonly string share = Directory.CreateTempSubdirectory("agent-systemd-").FullName;
    private readonly TestAuthority authority = new();
    private Process? container;
    private GrpcChannel? channel;
    private string init = "";

    internal Contracts.Agent.V1.Agent.AgentClient Agent => field ??= new(channel ?? throw new InvalidOperationException("Not started."));

    /// <summary>What the agent has journaled so far.</summary>
    internal Task<string> ReadJournalAsync() =>
        File.Exists(At("journal.jsonl")) ? File.ReadAllTextAsync(At("journal.jsonl"), TestContext.Current.CancellationToken) : Task.FromResult("");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(At("units"));
        Directory.CreateDirectory(At("repositories"));
        File.Copy(await Repository.GitRpcServerAsync(), At("git-rpc-server"));
        await File.WriteAllTextAsync(At("settings.json"), """{"version":"1.0.0","spawn_mode":"spawn","grow_until_utilisation":"unlimited"}""");
        WriteServer("git-main", "Restart=on-failure\nRestartSec=2s");
        WriteServer("git-limited", "Restart=on-failure\nRestartSec=200ms\nLogRateLimitIntervalSec=30s\nLogRateLimitBurst=5");
        WriteServer("git-once", "Restart=no");
        WriteServer("git-hidden", "Restart=no");
        WriteServer("git-timed", "Restart=no");
        // journald reads a unit's limit with the unit's first line, and only while the unit is active: a program that ends at once may miss it, a server does not.
        const string writes = "Type=oneshot\nExecStart=/bin/sh -c \"echo ready; sleep 0.5; seq 1 60000; sleep 1\"\n";
        WriteUnit("lines-zero", writes + "LogRateLimitIntervalSec=0");
        WriteUnit("lines-burst", writes + "LogRateLimitIntervalSec=1s\nLogRateLimitBurst=1000000");
        WriteUnit("git-stray", "ExecStart=/bin/bash -c \"(setsid bash -c 'while :; do :; done' &); exec sleep 1000\"");
        WriteUnit("git-loop", "ExecStart=/bin/sleep 1000\nRestart=always\nRestartSec=100ms", "StartLimitIntervalSec=1000\nStartLimitBurst=3");
        WriteAgent();
        await BootAsync();
        await CommandAsync("systemctl", "start", "git-main", "git-limited", "git-once", "git-timed", "git-hidden", "git-loop", "agent");
        var log = "";
        await Wait.UntilAsync("the agent listens", () => ListeningLine().IsMatch(log = Read("agent.log")));
        channel = AgentChannel.Open(ListeningLine().Match(log).Groups[1].Value, authority, authority.IssueClient("console"));
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        authority.Dispose();
        if (container is not null)
        {
            container.StandardInput.Close();
            await container.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            container.Dispose();
        }

        Directory.Delete(share, recursive: true);
    }

    /// <summary>Runs a program inside and gives its output.</summary>
    internal Task<string> CommandAsync(params string[] argv) => Repository.RunAsync("nsenter", ["--target", init, "--all", .. argv]);

    /// <summary>Runs the agent's program inside, on its configuration, and gives its output.</summary>
    internal Task<string> AgentAsync(string option) => CommandAsync(["/usr/bin/env", "DOTNET_CLI_HOME=/tmp", .. Program().Split(' '), "--config", At("agent.json"), option]);

    internal async Task<string> ShowAsync(string unit, string property) =>
        (await CommandAsync("systemctl", "show", "--value", $"--property={property}", unit)).Trim();

    /// <summary>Runs `systemctl restart` itself, timed by a shell inside, so that entering the container does not count.</summary>
    internal async Task<TimeSpan> TimeRestartAsync(string unit)
    {
        const string script = "s=${EPOCHREALTIME/./}; systemctl restart \"$1\"; e=${EPOCHREALTIME/./}; echo $((e-s))";
        var microseconds = await CommandAsync("bash", "-c", script, "bash", unit);
        return TimeSpan.FromMicroseconds(long.Parse(microseconds, CultureInfo.InvariantCulture));
    }

    /// <summary>How often the server has begun to serve, by its own words in the journal.</summary>
    internal async Task<int> IncarnationsAsync(string unit)
    {
        await CommandAsync("journalctl", "--sync");
        return ServingLine().Count(await CommandAsync("journalctl", "--quiet", "--output=cat", $"_SYSTEMD_UNIT={unit}.service"));
    }

    private async Task BootAsync()
    {
        // What may be mounted beside / and is needed inside.
        string[] directories = [share, .. Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is null ? [Repository.Root, Path.GetDirectoryName(Dotnet()) ?? "/"] : Array.Empty<string>()];
        container = Process.Start(new ProcessStartInfo(Repository.At("tests", "Console.Agent.Tests", "Systemd", "container.sh"), directories)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("No container.");
        var ready = await container.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(90));
        if (ready is null)
            throw new InvalidOperationException($"The container did not boot: {await container.StandardError.ReadToEndAsync()}");
        init = ready["ready ".Length..];
    }

    private void WriteServer(string name, string service)
    {
        var (grpc, metrics) = (FreePort(), FreePort());
        WriteUnit(name, $"""
            Type=notify
            LimitNOFILE=65536
            ExecStart={At("git-rpc-server")} --grpc-listen 127.0.0.1:{grpc} --metrics-listen 127.0.0.1:{metrics} --storage default={At("repositories")} --settings {At("settings.json")}
            ExecReload=/bin/kill -HUP $MAINPID
            {service}
            """, "StartLimitIntervalSec=0");
    }

    private void WriteUnit(string name, string service, string unit = "") =>
        File.WriteAllText(At("units", $"{name}.service"), $"[Unit]\n{unit}\n[Service]\n{service}\n");

    private void WriteAgent()
    {
        AgentSetup.WriteCertificates(authority, share);
        var config = AgentSetup.NewConfig([]);
        var units = new JsonObject();
        foreach (var name in (string[])["git-main", "git-limited", "git-once", "git-timed", "git-loop", "git-stray"])
            units[name] = new JsonObject { ["Supervisor"] = "systemd", ["Actions"] = new JsonArray("status", "restart", "reload", "dump", "abort", "journal"), ["Reload"] = "handover" };
        config["Units"] = units;
        File.WriteAllText(At("agent.json"), config.ToJsonString());
        if (Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is { } binary)
            File.Copy(binary, Program());
        WriteUnit("agent", $"ExecStart={Program()} --config {At("agent.json")}\nStandardError=append:{At("agent.log")}\nNice=-10\nEnvironment=DOTNET_CLI_HOME=/tmp");
    }

    private string Program() => Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is null
        ? $"{Dotnet()} {Path.Join(AppContext.BaseDirectory, "Console.Agent.dll")}"
        : At("Console.Agent");

    private string At(params ReadOnlySpan<string> path) => Path.Join([share, .. path]);

    private string Read(string file) => File.Exists(At(file)) ? File.ReadAllText(At(file)) : "";

    private static string Dotnet() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Join(p, "dotnet")).Where(File.Exists)
        .Select(p => File.ResolveLinkTarget(p, returnFinalTarget: true)?.FullName ?? p).First();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"Listening on (https://[^,]+?), ")]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"version \S+ listens on ")]
    private static partial Regex ServingLine();
}

[CollectionDefinition(Name)]
public sealed class OneSystemd : ICollectionFixture<SystemdContainer>
{
    public const string Name = "systemd";
}
