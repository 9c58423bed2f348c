using System.Text;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Sources;

/// <summary>What the client makes of every bad answer: an exception of its own kind that names the query and the next step.</summary>
public sealed class PrometheusClientTests : IAsyncLifetime
{
    private const string Query = "sum(up)";
    private const string Next = "Check ";
    private FakePrometheus? _prometheus;

    private FakePrometheus Fake => _prometheus ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _prometheus = await FakePrometheus.StartAsync();

    public async ValueTask DisposeAsync() => await Fake.DisposeAsync();

    [Theory]
    [InlineData(400, "bad_data", "parse error: unexpected end of input")]
    [InlineData(422, "execution", "query processing would load too many samples into memory")]
    public async Task A_refused_query_says_why(int status, string type, string error)
    {
        Answer(status, $$"""{"status":"error","errorType":"{{type}}","error":"{{error}}"}""");

        var e = await FailsAsync<PrometheusRefusedException>();

        Assert.Contains(error, e.Message, StringComparison.Ordinal);
        Assert.Contains("Check the metric and label names", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overloaded_server_is_unavailable()
    {
        Answer(503, """{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}""");

        var e = await FailsAsync<PrometheusUnavailableException>();

        Assert.Contains("query timed out in expression evaluation", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxys_page_about_a_bad_gateway_is_unavailable()
    {
        Answer(502, "<html><body><h1>502 Bad Gateway</h1></body></html>");

        var e = await FailsAsync<PrometheusUnavailableException>();

        Assert.Contains("502", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_where_JSON_was_asked_for_is_not_Prometheuss()
    {
        Answer(200, "<html><body>Sign in to continue</body></html>");

        var e = await FailsAsync<PrometheusFormatException>();

        Assert.Contains("not a proxy's", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_body_is_unavailable()
    {
        Fake.Instead = async (context, _) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"status":"success","data":{""", Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            context.Abort();
        };

        await FailsAsync<PrometheusUnavailableException>();
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"many"]}]}}""")]
    [InlineData("""{"status":"success"}""")]
    [InlineData("""{"message":"hello"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_of_another_form_is_not_Prometheuss(string body)
    {
        Answer(200, body);

        await FailsAsync<PrometheusFormatException>();
    }

    [Fact]
    public async Task An_answer_larger_than_allowed_is_refused_by_the_name_of_the_setting()
    {
        Fake.Instead = async (context, _) =>
        {
            var part = new byte[64 * 1024];
            Array.Fill(part, (byte)' ');
            for (var sent = 0; sent <= 1024 * 1024; sent += part.Length)
                await context.Response.Body.WriteAsync(part, Cancel);
        };

        var e = await FailsAsync<PrometheusFormatException>();

        Assert.Contains("larger than 1 MiB (Prometheus:MaxResponseMegabytes)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_just_the_allowed_size_is_read()
    {
        const string answer = """{"status":"success","data":{"resultType":"vector","result":[]}}""";
        Answer(200, answer.PadRight(1024 * 1024));

        Assert.Empty(await Client().QueryAsync(Query, Cancel));
    }

    [Fact]
    public async Task No_answer_within_the_deadline_is_unavailable()
    {
        Fake.Instead = (context, _) => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

        var e = await FailsAsync<PrometheusUnavailableException>();

        Assert.Contains("did not answer within 1 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_unavailable()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";

        var e = await Assert.ThrowsAsync<PrometheusUnavailableException>(() => Client(url).QueryAsync(Query, Cancel));

        Assert.Contains(url, e.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", e.Message, StringComparison.Ordinal);
        Assert.Contains("Check that it runs", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gave_up_is_cancelled_and_no_fault_of_Prometheus()
    {
        using var gaveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Fake.Instead = async (context, _) =>
        {
            await gaveUp.CancelAsync();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().QueryAsync(Query, gaveUp.Token));
    }

    [Fact]
    public async Task A_base_address_with_a_path_keeps_it()
    {
        await using var app = await FakeServer.StartAsync(_ => { }, _ => { }, app => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapPost(
            app, "/prometheus/api/v1/query", () => Results.Text("""{"status":"success","data":{"resultType":"vector","result":[]}}""")));

        Assert.Empty(await Client($"{app.Urls.Single()}/prometheus/").QueryAsync(Query, Cancel));
    }

    [Fact]
    public async Task A_range_is_asked_for_with_its_ends_and_its_step()
    {
        var from = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);
        await Client().QueryRangeAsync(Query, from, from.AddHours(1), TimeSpan.FromSeconds(15), Cancel);

        var asked = Assert.Single(Fake.Asked);
        Assert.Equal("query_range", asked.Path);
        Assert.Equal((Query, "1700000000.25", "1700003600.25", "15"), (asked.PromQl, asked.Form["start"], asked.Form["end"], asked.Form["step"]));
    }

    private void Answer(int status, string body) => Fake.Instead = async (context, _) =>
    {
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), Cancel);
    };

    private async Task<T> FailsAsync<T>()
        where T : PrometheusException
    {
        var e = await Assert.ThrowsAsync<T>(() => Client().QueryAsync(Query, Cancel));
        Assert.Contains($"Query: {Query}", e.Message, StringComparison.Ordinal);
        Assert.Contains(Next, e.Message, StringComparison.Ordinal);
        return e;
    }

    private PrometheusClient Client(string? url = null)
    {
        var address = new Uri(url ?? Fake.Url);
        var options = new PrometheusOptions { Url = address, TimeoutSeconds = 1, MaxResponseMegabytes = 1 };
        var http = new HttpClient { BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        return new(http, Options.Create(options), TimeProvider.System);
    }
}
