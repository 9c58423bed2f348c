using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>A replay from a page: what it refuses, that one runs at a time, and that a source's failure ends it with its message.</summary>
public sealed class ReplayTests(Programs programs) : IAsyncLifetime
{
    private FakePrometheus? _prometheus;
    private ConsoleProcess? _console;

    private FakePrometheus Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run("git-1", FakePrometheus.Now - 86400);
        _console = new(programs, _prometheus.Url);
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        await Prometheus.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 0, "at most 60 days")]
    [InlineData(61, 0, "at most 60 days")]
    [InlineData(1, 17, "There are no bins of 17 s")]
    public async Task What_cannot_be_replayed_is_refused_by_what_is_wrong_with_it(int days, double bins, string said)
    {
        var viewer = await Console.SignInAsync("viewer");

        var e = await Assert.ThrowsAsync<RpcException>(() => RunAsync(viewer, Days(days, bins), Cancel));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.Contains(said, e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_runs_at_a_time_and_a_cancelled_one_makes_room()
    {
        var viewer = await Console.SignInAsync("viewer");
        Prometheus.Instead = (context, _) => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var first = RunAsync(viewer, Days(1), cancellation.Token);

        // No look of the console's own goes back so far.
        await Wait.UntilAsync("the first one asks", () => Prometheus.Asked.Any(q => q.Path == "query_range" && q.Number("start") < FakePrometheus.Now - (14.25 * 86400)));

        var e = await Assert.ThrowsAsync<RpcException>(() => RunAsync(viewer, Days(1), Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => first)).StatusCode);
        Prometheus.Instead = null;
        await Wait.UntilAsync("there is room again", async () => await RoomAsync(viewer));
    }

    [Fact]
    public async Task A_source_that_fails_ends_it_with_its_query_and_the_next_step()
    {
        var viewer = await Console.SignInAsync("viewer");
        Prometheus.Instead = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        var e = await Assert.ThrowsAsync<RpcException>(() => RunAsync(viewer, Days(1), Cancel));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.Contains("Query: ", e.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("Check", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_with_all_of_it_done()
    {
        var viewer = await Console.SignInAsync("viewer");

        Assert.Equal(1, (await RunAsync(viewer, Days(2), Cancel)).Done, 6);
    }

    private static async Task<bool> RoomAsync(Session viewer)
    {
        try
        {
            await RunAsync(viewer, Days(1), Cancel);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }

    private static async Task<ReplayProgress> RunAsync(Session viewer, ReplayRequest request, CancellationToken cancellationToken)
    {
        using var call = viewer.Findings.Replay(request, cancellationToken: cancellationToken);
        var last = new ReplayProgress();
        await foreach (var progress in call.ResponseStream.ReadAllAsync(cancellationToken))
            last = progress;
        return last;
    }

    private static ReplayRequest Days(int days, double bins = 0)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new() { From = now.AddDays(-days).ToTimestamp(), To = now.ToTimestamp(), BinSeconds = bins };
    }
}
