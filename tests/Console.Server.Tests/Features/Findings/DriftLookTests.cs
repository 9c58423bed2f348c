using System.Globalization;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>No verdict comes from a bad answer: a look ends in an exception that names the query and the next step.</summary>
public sealed class DriftLookTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private FakePrometheus? _prometheus;

    private FakePrometheus Fake => _prometheus ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run("git-1", Now.ToUnixTimeSeconds() - 86400);
    }

    public async ValueTask DisposeAsync() => await Fake.DisposeAsync();

    [Theory]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error"}""", "refused the query: HTTP 400, parse error")]
    [InlineData(422, """{"status":"error","errorType":"execution","error":"too many samples"}""", "refused the query: HTTP 422, too many samples")]
    [InlineData(503, """{"status":"error","errorType":"timeout","error":"query timed out"}""", "overloaded or not ready")]
    [InlineData(502, "<html>Bad Gateway</html>", "answered 502")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[{"metric":""", "is not one of Prometheus's query API")]
    [InlineData(200, """{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}""", "a scalar where a")]
    public async Task A_bad_answer_to_any_of_its_queries_ends_the_look(int status, string body, string what)
    {
        foreach (var part in new[] { "count(grpc_server_handling_seconds_bucket", "increase(grpc_server_handling_seconds_bucket", "process_start_time_seconds", "process_virtual_memory_bytes" })
        {
            Answer(part, async context =>
            {
                context.Response.StatusCode = status;
                await context.Response.WriteAsync(body, Cancel);
            });
            var e = await Assert.ThrowsAnyAsync<PrometheusException>(LookAsync);

            Assert.Contains(what, e.Message, StringComparison.Ordinal);
            Assert.Contains("Check", e.Message, StringComparison.Ordinal);
            Assert.Contains(part, e.Message[e.Message.IndexOf("Query: ", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_metric_by_another_name_is_named_with_its_setting()
    {
        Answer("count(grpc_server_handling_seconds_bucket", context => context.Response.WriteAsync("""{"status":"success","data":{"resultType":"vector","result":[]}}""", Cancel));

        var e = await Assert.ThrowsAsync<PrometheusMissingException>(LookAsync);

        Assert.Contains("has no such series. Compare Metrics:LatencyHistogram and Metrics:Selector", e.Message, StringComparison.Ordinal);
        Assert.Contains("count(grpc_server_handling_seconds_bucket", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"fqdn":"git-1","grpc_method":"m","le":"0.1"}""", "instance", "Metrics:HostLabel")]
    [InlineData("""{"instance":"git-1","method":"m","le":"0.1"}""", "grpc_method", "Metrics:MethodLabel")]
    [InlineData("""{"instance":"git-1","grpc_method":"m","quantile":"0.99"}""", "le", "Metrics:LatencyHistogram")]
    public async Task A_renamed_label_is_named_with_its_setting(string labels, string label, string setting)
    {
        AnswerBuckets(labels, "1");

        var e = await Assert.ThrowsAsync<PrometheusLabelException>(LookAsync);

        Assert.Contains($"have no label \"{label}\". Compare {setting}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("+Inf")]
    public async Task Numbers_that_are_none_are_no_data_and_no_pass(string value)
    {
        AnswerBuckets("""{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"0.1"},{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"+Inf"}""", value);

        var look = await LookAsync();

        Assert.Empty(look.Causes);
        Assert.DoesNotContain(look.Report.Series, s => s.Verdict is DriftVerdict.Steady or DriftVerdict.Suspected or DriftVerdict.Drifting);
        Assert.IsType<DriftVerdict.NotEnoughData>(look.Report.Fleet.Verdict);
    }

    [Fact]
    public async Task A_bound_that_is_written_in_two_ways_is_one_bucket()
    {
        AnswerBuckets("""{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"1"},{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"1.0"},{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"+Inf"}""", "20");

        var look = await LookAsync();

        Assert.Equal([1d], Assert.Single(look.Data.Series).Bins.Bounds);
    }

    [Fact]
    public async Task Nothing_is_taken_in_of_the_time_in_which_a_host_was_locked_up()
    {
        AnswerBuckets("""{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"1"},{"instance":"git-1","grpc_service":"s","grpc_method":"m","le":"+Inf"}""", "20");
        var locked = new TimeRange(Now.ToUnixTimeSeconds() - (6 * 3600), Now.ToUnixTimeSeconds() - (3 * 3600));

        var whole = await LookAsync();
        var without = await LookAsync(new() { ["git-1"] = [locked] });

        Assert.Contains(Assert.Single(whole.Data.Series).Bins.Ends, Inside);
        Assert.DoesNotContain(Assert.Single(without.Data.Series).Bins.Ends, Inside);

        bool Inside(double end) => end - 3600 >= locked.From && end <= locked.To;
    }

    private Task<Look> LookAsync() => LookAsync(null);

    private async Task<Look> LookAsync(Dictionary<string, IReadOnlyList<TimeRange>>? lockups)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Prometheus:Url", Fake.Url), new("Drift:Scales:0:WindowBins", "48"), new("Drift:Scales:0:RecentBins", "24")]).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSources(configuration);
        services.AddDriftLookers(configuration);
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredService<DriftLookers>().Make().Single().LookAsync(Now, lockups ?? [], Cancel);
    }

    private void AnswerBuckets(string labels, string value) => Answer("increase(grpc_server_handling_seconds_bucket", async context =>
    {
        var form = await context.Request.ReadFormAsync(Cancel);
        var (start, end) = (double.Parse(form["start"].ToString(), CultureInfo.InvariantCulture), double.Parse(form["end"].ToString(), CultureInfo.InvariantCulture));
        var values = string.Join(',', Enumerable.Range(0, (int)((end - start) / 600) + 1).Select(i => FormattableString.Invariant($"[{start + (i * 600)},\"{value}\"]")));
        var series = labels.Replace("},{", "}\n{", StringComparison.Ordinal).Split('\n').Select(one => $$"""{"metric":{{one}},"values":[{{values}}]}""");
        await context.Response.WriteAsync("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + string.Join(',', series) + "]}}", Cancel);
    });

    // Everything else is answered as by a healthy Prometheus with one host.
    private void Answer(string part, Func<HttpContext, Task> answer) => Fake.Instead = async (context, query) =>
    {
        if (query.PromQl.Contains(part, StringComparison.Ordinal))
            await answer(context);
        else
            await Fake.AnswerFleetAsync(context, query);
    };
}
