using FleetConsole.Analysis.Latency;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>A finding of a lock-up is reopened when the host locks up again: its row says when it first opened, its events the rest.</summary>
public sealed class KnownLockupsTests
{
    [Fact]
    public void Each_opening_lasts_until_its_own_end() => Assert.Equal(
        [new TimeRange(10, 20), new TimeRange(50, 60)],
        KnownLockups.Stretches([At(10, FindingStep.Opened), At(10, FindingStep.Confirmed), At(20, FindingStep.Resolved), At(50, FindingStep.Reopened), At(60, FindingStep.Resolved)], 100));

    [Fact]
    public void One_that_lasts_is_cut_at_the_look() => Assert.Equal(
        [new TimeRange(10, 100)], KnownLockups.Stretches([At(10, FindingStep.Opened), At(10, FindingStep.Confirmed)], 100));

    [Fact]
    public void An_end_without_a_beginning_is_none() => Assert.Empty(KnownLockups.Stretches([At(20, FindingStep.Resolved)], 100));

    private static FindingEventRow At(int second, FindingStep step) => new() { At = DateTimeOffset.FromUnixTimeSeconds(second), Step = step, Note = "" };
}
