using Bunit;
using FleetConsole.Client.Features.Fleet;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Fleet;

public sealed class ForkLockMarkTests : PageTest
{
    [Fact]
    public void The_time_to_a_lock_up_stands_beside_the_utilisation()
    {
        var host = new HostSummary
        {
            ForkUtilisation = 0.31,
            Lockup = new() { State = LockupState.Clear, Utilisation = 0.3, SecondsToLockup = 1500, EarliestSeconds = 1200, LatestSeconds = 2000 },
        };
        var mark = Render<ForkLockMark>(parameters => parameters.Add(m => m.Host, host));

        Assert.Equal("0.310", Text(mark.Find(".utilisation")));
        Assert.Equal("locks up in 25 min", Text(mark.Find(".left")));
        Assert.Contains("warn", mark.Find(".left").ClassList);
    }

    [Fact]
    public void An_estimate_stands_where_nothing_is_measured()
    {
        var mark = Render<ForkLockMark>(parameters => parameters.Add(m => m.Host, new() { Lockup = new() { Utilisation = 0.05, Estimated = true, Forecast = "Estimated." } }));

        Assert.Equal("0.050", Text(mark.Find(".utilisation")));
        Assert.Equal("Estimated.", mark.Find(".utilisation").GetAttribute("title"));
        Assert.Empty(mark.FindAll(".left"));
    }

    [Fact]
    public void A_host_that_is_locked_up_has_no_time_left_to_tell()
    {
        var host = new HostSummary { ForkUtilisation = 1.2, Lockup = new() { State = LockupState.LockedUp, SecondsToLockup = 0 } };
        var mark = Render<ForkLockMark>(parameters => parameters.Add(m => m.Host, host));

        Assert.Empty(mark.FindAll(".left"));
        Assert.Contains("bad", mark.Find(".utilisation").ClassList);
    }

    [Theory]
    [InlineData(LockupState.LockedUp, "wrong", "alert")]
    [InlineData(LockupState.Suspected, "doubtful", "status")]
    [InlineData(LockupState.Unspecified, "unknown", "status")]
    public void What_is_wrong_is_one_sentence(LockupState state, string tone, string role)
    {
        var notice = Render<LockupNotice>(parameters => parameters.Add(n => n.Lockup, new() { State = state, Detail = "2,528 calls in flight." })).Find(".lockup");

        Assert.Equal("2,528 calls in flight.", Text(notice));
        Assert.Contains(tone, notice.ClassList);
        Assert.Equal(role, notice.GetAttribute("role"));
    }

    [Fact]
    public void Nothing_is_said_while_all_is_well() =>
        Assert.Empty(Render<LockupNotice>(parameters => parameters.Add(n => n.Lockup, new() { State = LockupState.Clear })).FindAll(".lockup"));
}
