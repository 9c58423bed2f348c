using System.Globalization;
using System.Text.Json;

namespace FleetConsole.DemoFleet;

/// <summary>One host of the demo: a name in Prometheus and four ports on loopback.</summary>
internal sealed record DemoHost(string Name, int GrpcPort, int MetricsPort, int AgentPort, int AgentMetricsPort);

/// <summary>Where everything of a demo is. The same plan is read back by commands in a second terminal.</summary>
/// <param name="Artifacts">Folder of the built programs.</param>
/// <param name="Data">Folder of everything the demo makes.</param>
/// <param name="Port">The console's; the other ports follow it.</param>
internal sealed record DemoPlan(string Artifacts, string Data, int Port)
{
    private const int HostCount = 4;
    private const int FirstHostPort = 10;
    private const int PortsPerHost = 4;

    public int ConsoleGrpcPort => Port + 1;

    public int ConsoleMetricsPort => Port + 2;

    public int PrometheusPort => Port + 3;

    public IReadOnlyList<DemoHost> Hosts { get; } =
    [
        .. Enumerable.Range(0, HostCount).Select(i => Port + FirstHostPort + (i * PortsPerHost)).Select((first, i) =>
            new DemoHost($"git-{i + 1}", first, first + 1, first + 2, first + 3)),
    ];

    public string ConsoleUrl => $"http://127.0.0.1:{Port}";

    public string PrometheusUrl => $"http://127.0.0.1:{PrometheusPort}";

    public string SecretFile => In("secret");

    public string AccountsFile => In("accounts.json");

    public string RunFolder => In("run");

    /// <summary>Every port with what needs it.</summary>
    public IEnumerable<(int Port, string Use)> Ports =>
    [
        (Port, "the console"),
        (ConsoleGrpcPort, "the console's gRPC"),
        (ConsoleMetricsPort, "the console's metrics"),
        (PrometheusPort, "Prometheus"),
        .. Hosts.SelectMany(h => new[]
        {
            (h.GrpcPort, $"{h.Name}'s gRPC"), (h.MetricsPort, $"{h.Name}'s metrics"),
            (h.AgentPort, $"{h.Name}'s agent"), (h.AgentMetricsPort, $"{h.Name}'s agent's metrics"),
        }),
    ];

    public string In(params string[] parts) => Path.Combine([Data, .. parts]);

    public string InHost(DemoHost host, params string[] parts) => Path.Combine([Data, "hosts", host.Name, .. parts]);

    /// <exception cref="DemoException">PORT is not a port.</exception>
    public static DemoPlan FromEnvironment(string artifacts)
    {
        var port = Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } text ? text : "8080";
        var data = Environment.GetEnvironmentVariable("DATA") is { Length: > 0 } folder ? folder : "demo-data";
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1024 or > 65000)
            throw new DemoException($"PORT is \"{port}\"; it must be a number from 1024 to 65000.");
        return new(Path.GetFullPath(artifacts), Path.GetFullPath(data), number);
    }

    public void Save() => File.WriteAllText(In("plan.json"), JsonSerializer.Serialize(new Saved(Artifacts, Port)));

    /// <summary>The plan of the demo that runs on DATA.</summary>
    /// <exception cref="DemoException">None does.</exception>
    public static DemoPlan OfRunningDemo(string artifacts)
    {
        var asked = FromEnvironment(artifacts);
        return File.Exists(asked.In("plan.json")) && JsonSerializer.Deserialize<Saved>(File.ReadAllText(asked.In("plan.json"))) is { } saved
            ? asked with { Artifacts = saved.Artifacts, Port = saved.Port }
            : throw new DemoException($"No demo runs on {asked.Data}. Start ./demo.sh first, or set DATA to its folder.");
    }

    private sealed record Saved(string Artifacts, int Port);
}
