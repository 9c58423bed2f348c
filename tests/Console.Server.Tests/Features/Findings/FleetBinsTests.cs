using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>
/// A fleet that is looked at again and again, two days back in steps of ten minutes. Starts lie on whole hours of the
/// windows' ends, so that no window cuts a bin.
/// </summary>
public sealed class FleetBinsTests : IAsyncLifetime
{
    private const string Starts = "process_start_time_seconds";
    private const string Versions = "gitlab_build_info";
    private const string Buckets = "increase(grpc_server_handling_seconds_bucket";
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DriftScaleOptions Scale = new() { WindowBins = 48, RecentBins = 24 };
    private readonly List<Life> _lives =
    [
        new("git-1", -50, -47, "1.0"), new("git-1", -47, -5, "1.0"), new("git-1", -5, 1, "1.1"), new("git-1", 1, 99, "1.2"),
        new("git-2", -30, 99, "1.0"), new("git-3", -60, -47, "1.0"),
    ];

    private FakePrometheus? _prometheus;
    private ServiceProvider? _services;

    // Queries with this in them get 503, those with that no series.
    private string? _refused;
    private string[] _missing = [];

    private FakePrometheus Fake => _prometheus ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Instead = AnswerAsync;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Prometheus:Url", Fake.Url)]).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSources(configuration);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        await Fake.DisposeAsync();
    }

    [Fact]
    public async Task Start_times_and_versions_are_asked_for_once()
    {
        var bins = Make();

        foreach (var hours in new[] { 0, 2, 2 })
            await LookAsync(bins, hours);

        (int, int)[] asked = [(-48 * 60, -10), (0, 110)];
        Assert.Equal(asked, Asked(Starts));
        Assert.Equal(asked, Asked(Versions));
    }

    [Fact]
    public async Task Looks_one_after_the_other_know_what_one_look_finds()
    {
        var (bins, fresh) = (Make(), Make());

        foreach (var hours in new[] { 0, 1, 2 })
            await LookAsync(bins, hours);
        await LookAsync(fresh, 2);

        AssertSame(fresh, bins, 2);
        Assert.Equal(["1.0", "1.1", "1.2"], bins.Processes["git-1"].Select(p => p.Version));
        Assert.DoesNotContain("git-3", bins.Processes.Keys);
    }

    [Theory]
    [InlineData(Starts, 0)]
    [InlineData(Versions, 0)]
    [InlineData(Buckets, 120)]
    public async Task A_look_that_failed_leaves_no_gap(string refused, int from)
    {
        var (bins, fresh) = (Make(), Make());
        await LookAsync(bins, 0);

        _refused = refused;
        await Assert.ThrowsAsync<PrometheusUnavailableException>(() => LookAsync(bins, 2));
        _refused = null;
        await LookAsync(bins, 3);

        Assert.Equal((from, 170), Asked(Starts)[^1]);
        Assert.Equal((from, 170), Asked(Versions)[^1]);
        await LookAsync(fresh, 3);
        AssertSame(fresh, bins, 3);
    }

    [Fact]
    public async Task A_silence_that_is_longer_than_the_window_is_begun_after()
    {
        var (bins, fresh) = (Make(), Make());
        await LookAsync(bins, 0);

        await LookAsync(bins, 60);
        await LookAsync(fresh, 60);

        Assert.Equal((12 * 60, 3590), Asked(Starts)[^1]);
        AssertSame(fresh, bins, 60);
    }

    [Fact]
    public async Task Start_times_by_another_name_are_named_with_their_setting_and_no_bucket_is_lost()
    {
        var (bins, fresh) = (Make(), Make());

        _missing = [Starts];
        var e = await Assert.ThrowsAsync<PrometheusMissingException>(() => LookAsync(bins, 0));

        Assert.Contains("has no such series. Compare Metrics:ProcessStart and Metrics:Selector", e.Message, StringComparison.Ordinal);
        Assert.Contains("Query: max by (instance) (process_start_time_seconds{job=\"gitaly\"}", e.Message, StringComparison.Ordinal);
        _missing = [];
        await LookAsync(bins, 0);
        await LookAsync(fresh, 0);
        AssertSame(fresh, bins, 0);
    }

    [Fact]
    public async Task Where_neither_latency_nor_start_times_are_there_latency_is_named()
    {
        _missing = [Starts, Buckets, "count("];

        var e = await Assert.ThrowsAsync<PrometheusMissingException>(() => LookAsync(Make(), 0));

        Assert.Contains("Compare Metrics:LatencyHistogram and Metrics:Selector", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_times_that_name_no_host_are_named_with_the_labels_setting()
    {
        _lives.Clear();
        _lives.Add(new("", -50, 99, "1.0"));

        var e = await Assert.ThrowsAsync<PrometheusLabelException>(() => LookAsync(Make(), 0));

        Assert.Contains("have no label \"instance\". Compare Metrics:HostLabel", e.Message, StringComparison.Ordinal);
        Assert.Contains("Query: max by (instance) (process_start_time_seconds{", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_without_the_label_beside_the_servers_does_no_harm()
    {
        _lives.Add(new("", -50, 99, "1.0"));
        var bins = Make();

        await LookAsync(bins, 0);

        Assert.Equal(["git-1", "git-2", "git-3"], bins.Series.Where(s => s.Bins.Count > 0).Select(s => s.Host.Name));
    }

    [Fact]
    public async Task More_steps_than_Prometheus_gives_at_once_are_asked_for_in_parts()
    {
        var (from, second) = (Now.AddHours(-4), TimeSpan.FromSeconds(1));

        var found = await Reader().ReadAsync(["git-2"], from, from, second, second, from + (25_000 * second), Cancel);

        var process = Assert.Single(found["git-2"]);
        Assert.Equal(("1.0", Unix(-4), Unix(-4) + 25_000), (process.Version, process.FirstSeenAt, process.LastSeenAt));
        var parts = new[] { (0, 9_999), (10_000, 19_999), (20_000, 25_000) };
        foreach (var metric in new[] { Starts, Versions })
            Assert.Equal(parts, Fake.Asked.Where(q => q.PromQl.Contains(metric, StringComparison.Ordinal)).Select(q => ((int)(q.Number("start") - Unix(-4)), (int)(q.Number("end") - Unix(-4)))));
    }

    private static void AssertSame(FleetBins fresh, FleetBins bins, int hours)
    {
        Assert.NotEmpty(fresh.Processes);
        Assert.Equal(Processes(fresh), Processes(bins));
        Assert.Contains(fresh.Series, s => s.Bins.Count > 20);
        Assert.Equal(Bins(fresh, Unix(hours - 48)), Bins(bins, Unix(hours - 48)));
    }

    private static IEnumerable<ProcessIncarnation> Processes(FleetBins bins) =>
        bins.Processes.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value);

    // The bin that ends where the window begins is kept by one that had it, and was never read by a new one.
    private static IEnumerable<(string Host, string Method, double End, double Start, float Count, float P99)> Bins(FleetBins bins, double after) =>
        from series in bins.Series
        let b = series.Bins
        from i in Enumerable.Range(0, b.Count)
        where b.Ends[i] > after
        select (series.Host.Name, series.Method, b.Ends[i], b.Processes[b.Process[i]].StartedAt, b.Counts[i], b.LogP99[i]);

    private IncarnationReader Reader() => Get<IncarnationReader>();

    private FleetBins Make() => new(Get<BucketReader>(), Get<HostMetricReader>(), Reader(), Scale, new());

    private T Get<T>()
        where T : notnull => (_services ?? throw new InvalidOperationException("Not started.")).GetRequiredService<T>();

    private static Task LookAsync(FleetBins bins, int hours) => bins.UpdateAsync(Now.AddHours(hours), new Dictionary<string, IReadOnlyList<TimeRange>>(), Cancel);

    private static double Unix(double hours) => Now.ToUnixTimeSeconds() + (hours * 3600);

    // In minutes from Now.
    private List<(int From, int To)> Asked(string metric) =>
    [
        .. Fake.Asked.Where(q => q.PromQl.Contains(metric, StringComparison.Ordinal))
            .Select(q => ((int)(q.Number("start") - Unix(0)) / 60, (int)(q.Number("end") - Unix(0)) / 60)),
    ];

    private async Task AnswerAsync(HttpContext context, AskedQuery query)
    {
        if (_refused is not null && query.PromQl.Contains(_refused, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("""{"status":"error","errorType":"timeout","error":"query timed out"}""", Cancel);
        }
        else if (_missing.Any(part => query.PromQl.Contains(part, StringComparison.Ordinal)))
            await WriteAsync(context, query, []);
        else if (query.PromQl.Contains(Starts, StringComparison.Ordinal))
            await WriteAsync(context, query, _lives.GroupBy(l => l.Host).Select(host => One(query, Host(host.Key), host, (life, _) => Unix(life.From))));
        else if (query.PromQl.Contains(Versions, StringComparison.Ordinal))
            await WriteAsync(context, query, _lives.GroupBy(l => (l.Host, l.Version)).Select(one => One(query, $"{Host(one.Key.Host)},\"version\":\"{one.Key.Version}\"", one, (_, at) => at)));
        else if (query.PromQl.Contains(Buckets, StringComparison.Ordinal))
            await WriteAsync(context, query, _lives.Where(l => l.Host.Length > 0).GroupBy(l => l.Host).SelectMany(host => new[] { ("0.1", 5), ("+Inf", 9) }.Select(le =>
                One(query, $"{Host(host.Key)},\"grpc_service\":\"s\",\"grpc_method\":\"m\",\"le\":\"{le.Item1}\"", host, (_, at) => le.Item2 + (at / 600 % 5)))));
        else
            await Fake.AnswerFleetAsync(context, query);
    }

    private static Task WriteAsync(HttpContext context, AskedQuery query, IEnumerable<string?> series) => context.Response.WriteAsync(
        $$$"""{"status":"success","data":{"resultType":"{{{(query.Path == "query" ? "vector" : "matrix")}}}","result":[{{{string.Join(',', series.Where(s => s is not null))}}}]}}""", Cancel);

    // At each step while one of the lives lasts; null when none does.
    private static string? One(AskedQuery query, string labels, IEnumerable<Life> lives, Func<Life, double, double> value)
    {
        var all = lives.ToList();
        var samples = new List<string>();
        for (var at = query.Number("start"); at <= query.Number("end"); at += query.Number("step"))
        {
            if (all.Find(l => at >= Unix(l.From) && at < Unix(l.To)) is { } life)
                samples.Add(FormattableString.Invariant($"[{at},\"{value(life, at)}\"]"));
        }

        return samples.Count == 0 ? null : $$$"""{"metric":{{{{labels.TrimStart(',')}}}},"values":[{{{string.Join(',', samples)}}}]}""";
    }

    private static string Host(string name) => name.Length == 0 ? "" : $"\"instance\":\"{name}\"";

    /// <summary>A process of a host, in hours from Now.</summary>
    private sealed record Life(string Host, double From, double To, string Version);
}
