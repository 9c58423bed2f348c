using System.Text.Json.Nodes;
using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class ChildrenCpuTests
{
    private const string Perf = ", which a profile of the process cannot see: perf does.";
    private const string Rare = "for which Prometheus has too few scrapes to compare. Over the 60 s until its end the process used";

    [Theory]
    [InlineData(0.19, 30, 30, 0.20, 0.61, "Over its 30 s the profile has 0.19 cores of the 0.20 that the process used; its children used 0.61" + Perf)]
    [InlineData(0.05, 30, 30, 0.20, 0.61, "Over its 30 s the profile has 0.05 cores of the 0.20 that the process used, so it misses part of it; its children used 0.61" + Perf)]
    [InlineData(0.05, 10, 60, 0.20, 0.61, "The profile has 0.05 cores over its 10 s, " + Rare + " 0.20; its children used 0.61" + Perf)]
    [InlineData(0.05, 10, 60, null, 0.61, "The profile has 0.05 cores over its 10 s; what the process used is not known; its children used 0.61 over 60 s" + Perf)]
    [InlineData(0.19, 30, 30, 0.20, null, "Over its 30 s the profile has 0.19 cores of the 0.20 that the process used; what its children used is not known, since no figures of the whole service cover the process.")]
    public void What_a_profile_cannot_see_stands_beside_it(double profiled, double seconds, double window, double? process, double? children, string words) =>
        Assert.Equal(words, ChildrenCpu.Words(profiled, seconds, window, process, children));

    // The process was busy in the minute before a profile of ten seconds, in which it did nothing.
    [Theory]
    [InlineData(1, "Over its 10 s the profile has 0.10 cores of the 0.10 that the process used;")]
    [InlineData(15, "The profile has 0.10 cores over its 10 s, " + Rare + " 0.80;")]
    public async Task Only_equal_times_are_compared(int scrapeSeconds, string words)
    {
        await using var fake = await FakePrometheus.StartAsync();
        fake.Instead = (context, query) => context.Response.WriteAsJsonAsync(Answer(
            query.PromQl.Contains("[60s]", StringComparison.Ordinal) ? "0.8" : query.PromQl.Contains("[10s]", StringComparison.Ordinal) && scrapeSeconds < 10 ? "0.1" : null));
        using var http = new HttpClient { BaseAddress = new(fake.Url) };
        var prometheus = Options.Create(new PrometheusOptions { Url = new(fake.Url) });
        var names = new MetricNames(Options.Create(new MetricOptions()));
        var children = new ChildrenCpu(new(http, prometheus, TimeProvider.System), new(names), names);

        Assert.StartsWith(words, await children.BesideAsync(Row, profiledSeconds: 1, seconds: 10.2, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static JsonObject Answer(string? value)
    {
        var result = value is null ? new JsonArray() : new JsonArray(new JsonObject { ["metric"] = new JsonObject { ["instance"] = "git-1" }, ["value"] = new JsonArray(FakePrometheus.Now, value) });
        return new() { ["status"] = "success", ["data"] = new JsonObject { ["resultType"] = "vector", ["result"] = result } };
    }

    private static CaptureRow Row => new()
    {
        CommandId = "c",
        Host = "git-1",
        Kind = "cpu",
        TakenAt = TimeProvider.System.GetUtcNow(),
        ProcessStartedAt = null,
        Version = "",
        Seconds = 10,
        SizeBytes = 1,
        Sha256 = "",
        TakenBy = "",
        Reason = "",
    };
}
