using System.Security.Cryptography;
using System.Text.Json;

namespace FleetConsole.DemoFleet;

/// <summary>Everything the demo's programs read: secret, repositories, settings, configurations.</summary>
internal static class DemoFiles
{
    /// <summary>The live fleet goes on where the made-up past ends.</summary>
    public const string FirstVersion = "1.0.4";

    public const string Unit = "gitaly";
    public const string ServiceId = "/system.slice/gitaly.service";
    public const string Repository = "demo.git";
    private const string Storage = "default";

    // Page tables for 1 GiB make a fork 28 ms slower here, so latency rises visibly within minutes.
    private const long GrowBytesPerSecond = 3_400_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Make(DemoPlan plan)
    {
        Private.Write(plan.SecretFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        foreach (var host in plan.Hosts)
        {
            Directory.CreateDirectory(plan.InHost(host, "repositories"));
            Repositories.Make(plan.InHost(host, "repositories", Repository));
            WriteJson(plan.InHost(host, "agent.json"), Agent(plan, host));
        }

        File.WriteAllText(plan.In("prometheus.yml"), Prometheus(plan));
        WriteJson(plan.In("console.json"), Console(plan));
    }

    private static readonly string[] EveryAction = ["status", "restart", "reload", "profile", "dump", "abort", "journal"];

    private static object Agent(DemoPlan plan, DemoHost host) => new
    {
        Listen = $"127.0.0.1:{host.AgentPort}",
        MetricsListen = $"127.0.0.1:{host.AgentMetricsPort}",
        Certificate = DemoCertificates.Certificate(plan, host.Name),
        Key = DemoCertificates.Key(plan, host.Name),
        ClientCa = DemoCertificates.Authority(plan),
        JournalPath = plan.InHost(host, "journal.jsonl"),
        Clients = new object[]
        {
            new { San = DemoCertificates.Console, Actions = EveryAction },
            new { San = DemoCertificates.Deploy, Actions = new[] { "status", "restart" } },
        },
        Units = new Dictionary<string, object>
        {
            [Unit] = new
            {
                Supervisor = "child-process",
                Command = new[]
                {
                    Path.Combine(plan.Artifacts, "git-rpc-server", "git-rpc-server"),
                    "--grpc-listen", $"127.0.0.1:{host.GrpcPort}",
                    "--metrics-listen", $"127.0.0.1:{host.MetricsPort}",
                    "--storage", $"{Storage}={plan.InHost(host, "repositories")}",
                    "--auth-secret-file", plan.SecretFile,
                    "--settings", ServerSettings.PathOf(plan, host),
                    "--grow-bytes-per-second", $"{GrowBytesPerSecond}",
                    "--pid-file", plan.InHost(host, "server.pid"),
                },
                WorkingDirectory = plan.InHost(host),
                LogPath = plan.InHost(host, "server.log"),
                PprofUrl = $"http://127.0.0.1:{host.MetricsPort}",
                CgroupId = ServiceId,
                PidFile = plan.InHost(host, "server.pid"),
                Reload = "handover",
                Actions = EveryAction,
                StopTimeoutSeconds = 10,
                RestartDelaySeconds = 1,
            },
        },
    };

    private static object Console(DemoPlan plan) => new
    {
        Storage = new { Folder = plan.In("console") },
        Endpoints = new
        {
            Browser = new { Url = plan.ConsoleUrl },
            Grpc = new { Url = $"http://127.0.0.1:{plan.ConsoleGrpcPort}" },
            Metrics = new { Url = $"http://127.0.0.1:{plan.ConsoleMetricsPort}" },
        },
        Prometheus = new { Url = plan.PrometheusUrl, PollSeconds = 5 },

        CaptureRules = new
        {
            Rules = new[] { new { Name = "the fork lock fills", When = "fork-utilisation", Above = 0.6, Take = new[] { "goroutines", "profile", "perf" }, CoolDownMinutes = 10 } },
        },

        // One host shows what it is like when two people have to agree.
        Control = new { TwoPeople = new[] { new { Actions = new[] { "restart" }, Hosts = new[] { "git-3" } } } },
        Drift = new
        {
            // The past is judged by the hour, as in production; the present, which drifts in minutes, by the quarter minute.
            Scales = new object[] { new { BinSeconds = 3600 }, new { BinSeconds = 15, WindowsPerBin = 1, WindowBins = 240, LeastCount = 20 } },
        },
        Metrics = new { Selector = "job=\"gitaly\"", ServiceId },

        // Minutes in place of hours: the same rule, counted in bins.
        Deploys = new { PollSeconds = 5, BinSeconds = 15, LeastCount = 15 },
        GitRpc = new { plan.SecretFile, ProbeStorage = Storage, ProbeRepository = Repository, HealthSeconds = 5, ProbeSeconds = 20 },
        Agents = new
        {
            CertificateFile = DemoCertificates.Certificate(plan, DemoCertificates.Console),
            KeyFile = DemoCertificates.Key(plan, DemoCertificates.Console),
            AuthorityFile = DemoCertificates.Authority(plan),
            PollSeconds = 5,
        },
        Hosts = new
        {
            Unit,
            Overrides = plan.Hosts.ToDictionary(h => h.Name, h => new
            {
                GitRpcAddress = $"http://127.0.0.1:{h.GrpcPort}",
                AgentAddress = $"https://127.0.0.1:{h.AgentPort}",
            }),
        },
    };

    private static string Prometheus(DemoPlan plan)
    {
        string Targets(Func<DemoHost, int> port) => string.Join('\n', plan.Hosts.Select(h =>
            $"      - targets: ['127.0.0.1:{port(h)}']\n        labels: {{instance: {h.Name}}}"));
        return $"""
            global:
              scrape_interval: 5s
              scrape_timeout: 4s
            scrape_configs:
              - job_name: gitaly
                static_configs:
            {Targets(h => h.MetricsPort)}
              - job_name: agent
                static_configs:
            {Targets(h => h.AgentMetricsPort)}
              - job_name: console
                static_configs:
                  - targets: ['127.0.0.1:{plan.ConsoleMetricsPort}']

            """;
    }

    private static void WriteJson(string path, object value) => File.WriteAllText(path, JsonSerializer.Serialize(value, Indented));
}
