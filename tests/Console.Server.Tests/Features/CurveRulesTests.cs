using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features;

/// <summary>Which curves can be asked for, what that costs Prometheus, and what a failure says.</summary>
public sealed class CurveRulesTests(QuietConsole fixture) : IClassFixture<QuietConsole>, IDisposable
{
    private static readonly DateTimeOffset To = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static int _shift;

    public static TheoryData<string, string> Broken => new()
    {
        { "quantile 0", "Quantile must lie between 0 and 1" },
        { "quantile 1", "Quantile must lie between 0 and 1" },
        { "quantile NaN", "Quantile must lie between 0 and 1" },
        { "no from", "From and to are required" },
        { "no to", "From and to are required" },
        { "backwards", "The range must be 1 minute to 400 days" },
        { "59 seconds", "The range must be 1 minute to 400 days" },
        { "401 days", "The range must be 1 minute to 400 days" },
        { "501 hosts", "At most 500 hosts" },
        { "51 methods", "At most 50 methods" },
        { "empty host", "A host's name has 1 to 256 characters" },
        { "long host", "A host's name has 1 to 256 characters" },
        { "host with line break", "A host's name has 1 to 256 characters" },
        { "method without service", "A method is service/method" },
        { "method with two slashes", "A method is service/method" },
        { "impossible nanoseconds", "From and to" },
        { "impossible seconds", "From and to" },
        { "the year 1", "From and to" },
    };

    public void Dispose() => fixture.Prometheus.Instead = null;

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_bound_is_refused_by_its_rule(string what, string rule)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => AskAsync(Break(Request(), what)));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.Contains(rule, e.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(500)]
    public async Task Twenty_equal_requests_at_once_are_asked_of_Prometheus_once(int hosts)
    {
        var request = Request();
        request.Hosts.AddRange(Enumerable.Range(0, hosts).Select(i => $"git-{i:0000}.fleet.example.com"));
        var caller = await fixture.AsAsync("viewer");
        var before = fixture.Prometheus.Count("histogram_quantile(0.95");

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Session.Ask(o => caller.Latency.GetCurvesAsync(request, o))));

        Assert.Single(replies.Distinct());
        Assert.Equal(1, fixture.Prometheus.Count("histogram_quantile(0.95") - before);
    }

    [Fact]
    public async Task The_order_of_the_hosts_does_not_make_another_question()
    {
        var (one, two) = (Request(), Request());
        two.From = one.From;
        two.To = one.To;
        one.Hosts.AddRange(["git-1", "git-2"]);
        two.Hosts.AddRange(["git-2", "git-1", "git-2"]);
        var before = fixture.Prometheus.Count("histogram_quantile(0.95");

        var replies = await Task.WhenAll(AskAsync(one), AskAsync(two));

        Assert.Equal(replies[0], replies[1]);
        Assert.Equal(1, fixture.Prometheus.Count("histogram_quantile(0.95") - before);
    }

    [Fact]
    public async Task A_process_whose_clock_is_ahead_has_its_curve_from_when_it_was_first_seen()
    {
        // The fake's one host started an hour ago, and the range ended years before.
        var reply = await AskAsync(Request());

        Assert.NotEmpty(reply.Curves);
        Assert.Equal(QuietConsole.Host, Assert.Single(reply.Incarnations).Host);
    }

    [Fact]
    public async Task Different_requests_get_different_answers()
    {
        var request = Request();
        var other = request.Clone();
        other.Methods.Add("gitaly.RefService/RefExists");

        Assert.NotEqual((await AskAsync(request)).Promql, (await AskAsync(other)).Promql);
    }

    [Fact]
    public async Task While_Prometheus_does_not_answer_curves_are_unavailable_and_the_message_says_what_to_do()
    {
        fixture.Prometheus.Instead = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        var e = await Assert.ThrowsAsync<RpcException>(() => AskAsync(Request()));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.Contains($"Prometheus at {fixture.Prometheus.Url}", e.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("Check that it runs", e.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("Query: ", e.Status.Detail, StringComparison.Ordinal);

        // A failure is not kept.
        var request = Request();
        await Assert.ThrowsAsync<RpcException>(() => AskAsync(request));
        fixture.Prometheus.Instead = null;

        // The console's own poll may have met the same silence, and then the next one ends it.
        await Wait.UntilAsync("curves come again", () => AnswersAsync(request));
    }

    private async Task<bool> AnswersAsync(CurvesRequest request)
    {
        try
        {
            await AskAsync(request);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    // Every test asks for a range of its own, so that none is answered from another's cache.
    private static CurvesRequest Request()
    {
        var to = To.AddDays(Interlocked.Increment(ref _shift));
        return new() { Quantile = 0.95, From = to.AddHours(-1).ToTimestamp(), To = to.ToTimestamp() };
    }

    private static CurvesRequest Break(CurvesRequest request, string what)
    {
        Action change = what switch
        {
            "quantile 0" => () => request.Quantile = 0,
            "quantile 1" => () => request.Quantile = 1,
            "quantile NaN" => () => request.Quantile = double.NaN,
            "no from" => () => request.From = null,
            "no to" => () => request.To = null,
            "backwards" => () => (request.From, request.To) = (request.To, request.From),
            "59 seconds" => () => request.From = (request.To.ToDateTimeOffset() - TimeSpan.FromSeconds(59)).ToTimestamp(),
            "401 days" => () => request.From = (request.To.ToDateTimeOffset() - TimeSpan.FromDays(401)).ToTimestamp(),
            "501 hosts" => () => request.Hosts.AddRange(Enumerable.Range(0, 501).Select(i => $"git-{i}")),
            "51 methods" => () => request.Methods.AddRange(Enumerable.Range(0, 51).Select(i => $"s/m{i}")),
            "empty host" => () => request.Hosts.Add(""),
            "long host" => () => request.Hosts.Add(new string('h', 257)),
            "host with line break" => () => request.Hosts.Add("git-1\ngit-2"),
            "method without service" => () => request.Methods.Add("RefExists"),
            "method with two slashes" => () => request.Methods.Add("a/b/c"),
            "impossible nanoseconds" => () => request.From.Nanos = -1,
            "impossible seconds" => () => request.To.Seconds = long.MaxValue,
            "the year 1" => () => (request.From, request.To) = (At(DateTimeOffset.MinValue), At(DateTimeOffset.MinValue.AddMinutes(1))),
            _ => throw new ArgumentException(what, nameof(what)),
        };
        change();
        return request;
    }

    private static Timestamp At(DateTimeOffset at) => at.ToTimestamp();

    private async Task<CurvesReply> AskAsync(CurvesRequest request)
    {
        var caller = await fixture.AsAsync("viewer");
        return await Session.Ask(o => caller.Latency.GetCurvesAsync(request, o));
    }
}
