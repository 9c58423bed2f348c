using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Features.Findings;
using static FleetConsole.Server.Tests.Features.Findings.SomeDrifts;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>What a finding says ended it.</summary>
public sealed class DriftWordsTests
{
    [Fact]
    public void The_deploy_is_named_that_ended_most_of_the_series_that_a_deploy_ended() => Assert.Equal(
        "the deploy of 1.1",
        DriftWords.Ending([EndedBy("1.2", "a"), EndedBy("1.1", "b"), Steady("c"), EndedBy("1.1", "d"), Steady("e"), TooYoung("f"), Steady("g")]));

    [Fact]
    public void A_restart_that_kept_the_version_is_named_by_host_and_time() => Assert.Equal(
        "the restart of b at 2026-11-24 08:00 UTC, which kept the version", DriftWords.Ending([Steady("a"), EndedBy("1.0", "b", 1795507200), EndedBy("1.0", "b", 1795507200)]));

    [Fact]
    public void Of_a_restart_that_told_no_version_nobody_knows_whether_it_was_a_deploy() => Assert.Equal(
        "the restart of b at 2026-11-24 08:00 UTC, whose version is not known", DriftWords.Ending([EndedBy(ProcessIncarnation.UnknownVersion, "b", 1795507200)]));

    [Fact]
    public void Several_restarts_are_named_by_the_first_and_only_where_they_are_more_than_the_deploys()
    {
        Assert.Equal("restarts from 2026-11-24 08:00 UTC on, which kept the version", DriftWords.Ending([EndedBy("1.0", "b", 1795510800), EndedBy("1.0", "c", 1795507200), EndedBy("1.1", "a")]));
        Assert.Equal("the deploy of 1.1", DriftWords.Ending([EndedBy("1.0", "b", 1795507200), EndedBy("1.1", "a")]));
    }

    [Fact]
    public void Where_no_deploy_ended_it_it_ended_itself() => Assert.Equal(
        "itself: its latency does not rise with process age any more", DriftWords.Ending([Steady("a"), Steady("b"), TooYoung("c")]));

    [Fact]
    public void A_finding_is_ended_by_the_deploy_that_ended_its_own_series()
    {
        var look = Look(EndedBy("2.0", "x"), EndedBy("2.0", "y"), EndedBy("1.1", "a"), Steady("b"));

        Assert.Equal(
            ("k", "the deploy of 1.1"),
            Assert.Single(DriftKeys.Ended(look, [new("k", new HashSet<(string, string)> { ("a", "m"), ("b", "m") })])));
    }
}
