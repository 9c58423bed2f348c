using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Tests.Features;

/// <summary>
/// Curves of a real Prometheus with a written history: one host whose first process answers everything within
/// (0.1 s, 0.5 s] and, after a deploy an hour later, whose second answers within 0.1 s. histogram_quantile interpolates
/// within a bucket, so that their medians are 0.1 + 0.5 x 0.4 = 0.3 s and 0.5 x 0.1 = 0.05 s.
/// </summary>
public sealed class CurveTests(Programs programs) : IAsyncLifetime
{
    private const int Hour = 3600;
    private const int Scrape = 15;
    private const int FirstScrape = 5;

    // On a whole hour, so that every step below falls on samples that can be counted by hand.
    private readonly long _first = ((TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / Hour) - 6) * Hour;
    private readonly PrometheusProcess _prometheus = new();
    private ConsoleProcess? _console;

    private long Second => _first + Hour;

    public async ValueTask InitializeAsync()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(_prometheus.Data);
        await using var promtool = new ChildProcess("promtool",
            ["tsdb", "create-blocks-from", "openmetrics", folder.Write("history.txt", History()), _prometheus.Data]);
        Assert.True(await promtool.ExitAsync() == 0, string.Join('\n', promtool.Lines));
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        await _prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_curve_ends_at_the_restart_and_the_next_begins_a_window_after_it()
    {
        var reply = await AskAsync(_first, Second + Hour, "gitaly.RefService/RefExists");

        Assert.Equal([_first, Second], reply.Incarnations.Select(p => p.StartedAt.Seconds));
        Assert.Equal(["1.0", "2.0"], reply.Incarnations.Select(p => p.Version));
        Assert.All(reply.Curves, c => Assert.Equal(("git-1", "gitaly.RefService/RefExists", 5, 60), (c.Host, c.Method, c.StepSeconds, c.WindowSeconds)));
        Assert.Equal([0, 1], reply.Curves.Select(c => c.Incarnation));

        // Every 5 s from start + 60 s to the restart, which is the next process's: (3600 - 60) / 5; the last hour ends inclusively.
        Assert.Equal(Enumerable.Range(0, 708).Select(i => _first + 60.0 + (5 * i)), Doubles(reply.Curves[0].X));
        Assert.Equal(Enumerable.Range(0, 709).Select(i => Second + 60.0 + (5 * i)), Doubles(reply.Curves[1].X));
        Assert.All(Doubles(reply.Curves[0].Y), y => Assert.Equal(0.3, y, 1e-9));
        Assert.All(Doubles(reply.Curves[1].Y), y => Assert.Equal(0.05, y, 1e-9));
    }

    [Fact]
    public async Task A_change_of_version_is_marked_as_a_deploy()
    {
        var deploy = Assert.Single((await AskAsync(_first, Second + Hour)).Deploys);

        Assert.Equal((Second, Second, "2.0"), (deploy.FirstRestartAt.Seconds, deploy.LastRestartAt.Seconds, deploy.ToVersion));
        Assert.Equal(["1.0"], deploy.FromVersions);
        Assert.Equal(["git-1"], deploy.Hosts);
    }

    [Fact]
    public async Task A_young_process_is_asked_for_more_finely_than_a_long_range()
    {
        // Ten days in 1,440 steps are 600 s each; the second process is an hour old at the end, and 3600 s in at most
        // 1,440 steps would be 3 s, but Prometheus scraped every 15 s.
        var reply = await AskAsync(Second + Hour - (240 * Hour), Second + Hour);

        var (old, young) = (reply.Curves.Single(c => c.Incarnation == 0), reply.Curves.Single(c => c.Incarnation == 1));
        Assert.Equal((600, 600, 15, 60), (old.StepSeconds, old.WindowSeconds, young.StepSeconds, young.WindowSeconds));
        Assert.Equal([600, 1200, 1800, 2400, 3000], Doubles(old.X).Select(x => x - _first));
        Assert.Equal(Enumerable.Range(0, 237).Select(i => 60.0 + (15 * i)), Doubles(young.X).Select(x => x - Second));
    }

    [Fact]
    public async Task Pooled_methods_are_one_curve_without_a_name()
    {
        var reply = await AskAsync(_first, Second);

        var curve = Assert.Single(reply.Curves);
        Assert.Equal("", curve.Method);
        Assert.All(Doubles(curve.Y), y => Assert.Equal(0.3, y, 1e-9));
        Assert.Contains("histogram_quantile(0.5", reply.Promql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_without_samples_has_neither_processes_nor_curves()
    {
        var reply = await AskAsync(_first - (48 * Hour), _first - (24 * Hour));

        Assert.Empty(reply.Curves);
        Assert.Empty(reply.Incarnations);
    }

    private async Task<CurvesReply> AskAsync(long from, long to, params string[] methods)
    {
        var viewer = await (_console ?? throw new InvalidOperationException("Not started.")).SignInAsync("viewer");
        var request = new CurvesRequest { Quantile = 0.5, From = new Timestamp { Seconds = from }, To = new Timestamp { Seconds = to }, Methods = { methods } };
        return await Session.Ask(o => viewer.Latency.GetCurvesAsync(request, o));
    }

    private static double[] Doubles(ByteString packed) =>
        [.. packed.ToByteArray().Chunk(8).Select(chunk => BinaryPrimitives.ReadDoubleLittleEndian(chunk))];

    // One request a second; each process's counters begin at nothing.
    private string History()
    {
        var text = new StringBuilder();
        void Add(string name, string labels, double value, double at) => text.AppendLine(
            CultureInfo.InvariantCulture, $"{name}{{job=\"gitaly\",instance=\"git-1\"{labels}}} {value} {at}");
        for (var life = 0; life < 2; life++)
        {
            var start = _first + (life * Hour);
            for (var age = FirstScrape; age < Hour; age += Scrape)
            {
                Add("process_start_time_seconds", "", start, start + age);
                Add("gitlab_build_info", life == 0 ? ",version=\"1.0\"" : ",version=\"2.0\"", 1, start + age);
                foreach (var le in new[] { "0.1", "0.5", "+Inf" })
                {
                    var labels = $",grpc_service=\"gitaly.RefService\",grpc_method=\"RefExists\",le=\"{le}\"";
                    Add("grpc_server_handling_seconds_bucket", labels, life == 0 && le == "0.1" ? 0 : age, start + age);
                }
            }
        }

        return text.Append("# EOF\n").ToString();
    }
}
