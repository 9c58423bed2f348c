using FleetConsole.Server.Features.Findings;
using static FleetConsole.Server.Tests.Features.Findings.SomeDrifts;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>Which finding a cause is from look to look, and when a finding is over.</summary>
public sealed class DriftKeysTests
{
    [Fact]
    public void Series_that_move_with_one_metric_are_one_cause()
    {
        var causes = DriftCause.Of(Report(Drifts("a", "fork time"), Drifts("b", "fork time"), Drifts("c", "goroutines"), Steady("d")));

        Assert.Equal([("fork time", 2), ("goroutines", 1)], causes.Select(c => (c.Metric, c.Series.Count)).OrderByDescending(c => c.Count));
    }

    [Fact]
    public void A_cause_that_shares_half_its_series_with_an_open_finding_is_that_finding_whatever_moves_now()
    {
        var look = Look(Drifts("a", "virtual memory"), Drifts("b", "virtual memory"), Drifts("c", "virtual memory"));

        var matched = DriftKeys.Match(look.Causes, [Open("drift/3600/fork time", "a", "b")], Options).Single();

        Assert.Equal("drift/3600/fork time", matched.Key);
    }

    [Fact]
    public void A_cause_that_no_open_finding_shares_is_named_by_its_metric()
    {
        var look = Look(Drifts("a", "fork time"));

        Assert.Equal("drift/3600/fork time", DriftKeys.Match(look.Causes, [Open("drift/3600/goroutines", "x", "y")], Options).Single().Key);
    }

    [Fact]
    public void Of_two_causes_with_one_name_neither_takes_the_others_finding()
    {
        var look = Look(Drifts("a", "virtual memory"), Drifts("b", "virtual memory"), Drifts("x", "fork time"));

        var keys = DriftKeys.Match(look.Causes, [Open("drift/3600/fork time", "a", "b")], Options).ToDictionary(m => m.Cause.Metric, m => m.Key);

        Assert.Equal("drift/3600/fork time", keys["virtual memory"]);
        Assert.Equal("drift/3600/fork time/2", keys["fork time"]);
    }

    [Fact]
    public void A_finding_ends_when_half_its_series_are_steady_and_none_drifts()
    {
        var open = Open("k", "a", "b");

        Assert.Equal("k", Assert.Single(DriftKeys.Ended(Look(Steady("a"), TooYoung("b")), [open])).Key);
        Assert.Empty(DriftKeys.Ended(Look(Steady("a"), Drifts("b", "x")), [open]));
        Assert.Empty(DriftKeys.Ended(Look(TooYoung("a"), TooYoung("b")), [open]));
    }

    [Fact]
    public void A_finding_whose_series_are_part_of_another_is_absorbed()
    {
        var look = Look(Drifts("a", "fork time"), Drifts("b", "fork time"), Drifts("c", "fork time"));
        OpenDrift[] open = [Open("wide", "a", "b", "c"), Open("narrow", "a")];
        var matched = DriftKeys.Match(look.Causes, open, Options).Select(m => m.Key).ToList();

        Assert.Equal(["wide"], matched);
        Assert.Equal("narrow", Assert.Single(DriftKeys.Absorbed(look, open, matched)).Key);
    }

    private static OpenDrift Open(string key, params string[] hosts) => new(key, hosts.Select(h => (h, "m")).ToHashSet());
}
