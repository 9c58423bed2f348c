using System.Globalization;
using System.Text.RegularExpressions;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Server.Tests.Sources;

/// <summary>
/// A day of buckets in ten-minute windows, 144 of them, of a Prometheus that may have the recording rule loaded. Of two
/// hosts' calls some take up to 0.1 s, as many as the window's time says, and four take longer.
/// </summary>
public sealed partial class BucketReaderTests : IAsyncLifetime
{
    private const string Rule = "fleetconsole:latency_bucket:increase10m{";
    private const string Raw = "increase(grpc_server_handling_seconds_bucket";
    private const int Windows = 144;
    private static readonly string[] Both = ["git-1", "git-2"];
    private const int Slow = 4;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(10);
    private static readonly DateTimeOffset To = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private FakePrometheus? _prometheus;

    // How many moments before the end the rule was loaded.
    private int _recorded;

    // Of which hosts it keeps anything.
    private string[] _kept = Both;

    private FakePrometheus Fake => _prometheus ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Instead = AnswerAsync;
    }

    public async ValueTask DisposeAsync() => await Fake.DisposeAsync();

    [Fact]
    public async Task What_the_rule_recorded_is_read_and_the_raw_buckets_are_asked_for_the_rest_alone()
    {
        _recorded = 2 * Windows;

        var found = await ReadAsync(Step);

        Assert.Equal(["git-1 s/m", "git-2 s/m"], found.Select(f => $"{f.Host} {f.Method}"));
        Assert.All(found, f => AssertLast(Windows, f));
        Assert.Equal((1, 1), (Fake.Count(Rule), Fake.Count($"instance!~\"git-1|git-2\"")));
    }

    [Fact]
    public async Task Hosts_that_the_rule_does_not_keep_are_read_from_the_raw_buckets()
    {
        _recorded = 2 * Windows;
        _kept = ["git-2"];

        var found = await ReadAsync(Step);

        Assert.Equal(["git-1 s/m", "git-2 s/m"], found.Select(f => $"{f.Host} {f.Method}").Order());
        Assert.All(found, f => AssertLast(Windows, f));
    }

    // Nine tenths of 144 are 129.6.
    [Theory]
    [InlineData(0, Windows)]
    [InlineData(129, Windows)]
    [InlineData(130, 130)]
    public async Task A_rule_that_is_too_young_for_the_time_is_passed_over(int recorded, int windows)
    {
        _recorded = recorded;

        var found = await ReadAsync(Step);

        Assert.Equal(2, found.Count);
        Assert.All(found, f => AssertLast(windows, f));
    }

    [Fact]
    public async Task The_buckets_are_the_same_with_the_rule_and_without_it()
    {
        _recorded = Windows;
        var with = await ReadAsync(Step);
        Assert.Equal(1, Fake.Count("instance!~"));

        _recorded = 0;
        var without = await ReadAsync(Step);
        Assert.Equal(1, Fake.Count("instance!~"));

        Assert.Equal(without.Select(Text), with.Select(Text));
    }

    [Fact]
    public async Task Windows_of_another_length_are_none_of_the_rules()
    {
        _recorded = 2 * Windows;

        var found = await ReadAsync(Step / 2);

        Assert.All(found, f => Assert.Equal(2 * Windows, f.Samples.Times.Length));
        Assert.Equal((0, 1), (Fake.Count(Rule), Fake.Count(Raw)));
    }

    private static void AssertLast(int windows, MethodBuckets found)
    {
        var times = Enumerable.Range(0, windows).Select(i => (double)(To - ((windows - 1 - i) * Step)).ToUnixTimeSeconds()).ToList();
        Assert.Equal(times, found.Samples.Times);
        Assert.Equal([0.1], found.Samples.Bounds);
        Assert.Equal(times.SelectMany(t => new[] { (float)Quick(t), Slow }), found.Samples.Counts);
    }

    private static string Text(MethodBuckets found) => FormattableString.Invariant(
        $"{found.Host} {found.Method} {found.Samples.StepSeconds} {string.Join(' ', found.Samples.Bounds)} | {string.Join(' ', found.Samples.Times)} | {string.Join(' ', found.Samples.Counts)}");

    private static int Quick(double time) => 3 + (int)(time / 300 % 7);

    private async Task<IReadOnlyList<MethodBuckets>> ReadAsync(TimeSpan step)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Prometheus:Url", Fake.Url)]).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSources(configuration);
        await using var provider = services.BuildServiceProvider();
        return Assert.Single(await provider.GetRequiredService<BucketReader>().ReadAsync(To - (Windows * Step), To, step, Cancel).ToListAsync(Cancel));
    }

    private Task AnswerAsync(HttpContext context, AskedQuery query)
    {
        if (query.PromQl.StartsWith(Rule, StringComparison.Ordinal))
            return WriteAsync(context, _kept, Stored(query));
        return query.PromQl.Contains(Raw, StringComparison.Ordinal)
            ? WriteAsync(context, Both.Where(host => !Excluded().Match(query.PromQl).Groups[1].Value.Split('|').Contains(host)), Range(query.Number("start"), query.Number("end"), query.Number("step")))
            : Fake.AnswerFleetAsync(context, query);
    }

    // The rule is evaluated every ten minutes; of its samples a range selector gives those in (time - range, time].
    private IEnumerable<double> Stored(AskedQuery query)
    {
        var range = double.Parse(query.PromQl[(query.PromQl.IndexOf('[', StringComparison.Ordinal) + 1)..^2], CultureInfo.InvariantCulture);
        var loaded = (To - (_recorded * Step)).ToUnixTimeSeconds();
        return Range(loaded + Step.TotalSeconds, query.Number("time"), Step.TotalSeconds).Where(t => t > query.Number("time") - range);
    }

    private static IEnumerable<double> Range(double start, double end, double step)
    {
        for (var at = start; at <= end; at += step)
            yield return at;
    }

    [GeneratedRegex("instance!~\"([^\"]*)\"")]
    private static partial Regex Excluded();

    private static Task WriteAsync(HttpContext context, IEnumerable<string> hosts, IEnumerable<double> times)
    {
        var all = times.ToList();
        var series = all.Count == 0 ? [] : hosts.SelectMany(host => new[] { One(host, "0.1", 0, all), One(host, "+Inf", Slow, all) });
        return context.Response.WriteAsync("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + string.Join(',', series) + "]}}", Cancel);
    }

    private static string One(string host, string le, int more, IReadOnlyList<double> times)
    {
        var values = string.Join(',', times.Select(t => FormattableString.Invariant($"[{t},\"{Quick(t) + more}\"]")));
        return $$$"""{"metric":{"instance":"{{{host}}}","grpc_service":"s","grpc_method":"m","le":"{{{le}}}"},"values":[{{{values}}}]}""";
    }
}
