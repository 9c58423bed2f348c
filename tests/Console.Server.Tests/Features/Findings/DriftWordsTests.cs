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
