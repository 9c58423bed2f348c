using System.Globalization;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Fleet;

/// <summary>
/// Three scrapes of a Gitaly 1.46 during its graceful upgrade (SIGHUP under the wrapper), captured on Linux: the old
/// process, the new one, the old one again. The scrapes' own times were not kept; they are taken to be 15 s apart.
/// </summary>
public sealed class GracefulUpgradeTests
{
    private const double Old = 1.79545866266e9;
    private const double New = 1.79545867066e9;
    private static readonly HostId Host = new("git-1");
    private static readonly double[] Times = [Old + 60, Old + 75, Old + 90];

    [Fact]
    public void Start_times_that_flap_are_two_processes()
    {
        var found = Split();

        Assert.Equal([Old, New], found.Select(p => p.StartedAt));
        Assert.Equal(Old + 90, found[0].LastSeenAt);
        Assert.Equal(Old + 90, found[1].AloneSince);
        Assert.Equal(["1.46.0", "1.46.0"], found.Select(p => p.Version));
    }

    [Fact]
    public void Counters_that_flap_between_two_processes_are_differenced_for_neither()
    {
        // The handled counter reads 1186, 677, 1186: an increase over either window is a mixture of two counters.
        var handled = Scrapes().Select(text => Value(text, "grpc_server_handled_total{grpc_code=\"OK\"")).ToArray();
        Assert.Equal([1186, 677, 1186], handled);
        var samples = new BucketSamples(Times[1..], 15, [(float)handled[1], 0, (float)(handled[2] - handled[1]), 0], [1]);

        var bins = AgeBins.Of(samples, Split(), new BinOptions { Width = TimeSpan.FromSeconds(15), LeastCount = 1 });

        Assert.Equal(0, bins.Count);
    }

    [Fact]
    public void An_upgrade_that_keeps_the_version_is_a_restart_and_no_deploy()
    {
        var wave = Assert.Single(RestartWaves.Find(Split()));

        Assert.Equal((WaveKind.Restart, "1.46.0"), (wave.Kind, wave.ToVersion));
    }

    private static IReadOnlyList<ProcessIncarnation> Split()
    {
        var scrapes = Scrapes();
        return Incarnations.Split(Host, Times, [.. scrapes.Select(text => Value(text, "process_start_time_seconds"))], [new("1.46.0", Times)]);
    }

    private static string[] Scrapes() =>
        [.. Enumerable.Range(1, 3).Select(i => File.ReadAllText(Path.Join(AppContext.BaseDirectory, "Golden", "graceful-upgrade", $"scrape-{i}.txt")))];

    private static double Value(string text, string name)
    {
        var line = text.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
