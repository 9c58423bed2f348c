using FleetConsole.Server.Features.Control.Rules;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>The rules alone, on situations written out by hand.</summary>
public sealed class GuardRailsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 3, 0, 0, TimeSpan.Zero);

    private static Situation Calm => new(Now, "git-1", [], null, [new("git-2", ""), new("git-3", ""), new("git-4", ""), new("git-5", ""), new("git-6", "")], false);

    [Fact]
    public void A_calm_fleet_is_restarted() => Assert.Empty(GuardRails.Check(new(), Calm, default));

    [Fact]
    public void A_fleet_of_one_host_is_restarted() => Assert.Empty(GuardRails.Check(new(), Calm with { Others = [] }, default));

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    public void No_more_than_so_many_restarts_are_under_way(int atOnce, int underWay, bool refused)
    {
        var situation = Calm with { UnderWay = [.. Enumerable.Range(2, underWay).Select(i => $"the restart of git-{i} by ann")] };

        var refusal = GuardRails.Check(new() { RestartsAtOnce = atOnce }, situation, new(Override: true, BreakGlass: true)).SingleOrDefault();

        Assert.Equal(refused ? "concurrency" : null, refusal?.Rule);
        if (refused)
            Assert.Contains("the restart of git-2 by ann", refusal!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9.9, true)]
    [InlineData(10, false)]
    public void A_host_cools_down_for_ten_minutes(double minutesAgo, bool refused)
    {
        var situation = Calm with { LastRestartEndedAt = Now - TimeSpan.FromMinutes(minutesAgo) };

        var refusal = GuardRails.Check(new(), situation, default).SingleOrDefault();

        Assert.Equal(refused ? "cool-down" : null, refusal?.Rule);
        Assert.Empty(GuardRails.Check(new(), situation, new(Override: false, BreakGlass: true)));
        if (refused)
            Assert.Contains("Somebody with the permission break-glass can lift this.", refusal!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false, false, false)]
    [InlineData(2, false, false, true)]
    [InlineData(2, false, true, true)]
    [InlineData(2, true, false, true)]
    [InlineData(2, true, true, false)]
    public void Four_fifths_of_the_others_have_to_be_healthy_unless_the_host_itself_is_locked_up(int ill, bool lockedUp, bool lifted, bool refused)
    {
        var others = Calm.Others.Select((host, i) => i < ill ? host with { Problem = "does not say SERVING" } : host).ToList();

        var refusal = GuardRails.Check(new(), Calm with { Others = others, LockedUp = lockedUp }, new(lifted, BreakGlass: true)).SingleOrDefault();

        Assert.Equal(refused ? "healthy-share" : null, refusal?.Rule);
        if (refused)
        {
            Assert.Contains("3 of 5 other hosts are healthy", refusal!.Message, StringComparison.Ordinal);
            Assert.Contains("git-2 does not say SERVING; git-3 does not say SERVING", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("restart.override", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_fleet_of_which_nothing_is_known_is_not_a_healthy_one()
    {
        var blind = Calm with { Others = [], LockedUp = true, Unknown = "Prometheus has not answered since the console started" };

        var refusal = Assert.Single(GuardRails.Check(new(), blind, new(Override: true, BreakGlass: true)));

        Assert.Equal("healthy-share", refusal.Rule);
        Assert.Contains("Prometheus has not answered since the console started, so nobody can tell", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(GuardRails.Check(new() { HealthyShare = 0 }, blind, default));
    }

    [Theory]
    [InlineData(3, 1, "concurrency")]
    [InlineData(3, 0, null)]
    [InlineData(1, 1, "concurrency")]
    public void What_passes_by_override_alone_passes_while_nothing_else_is_restarted(int atOnce, int underWay, string? refusedBy)
    {
        var ill = Calm with
        {
            Others = [.. Calm.Others.Select(host => host with { Problem = "is not scraped" })],
            LockedUp = true,
            UnderWay = [.. Enumerable.Range(2, underWay).Select(i => $"the restart of git-{i} by ann")],
        };

        var refusal = GuardRails.Check(new() { RestartsAtOnce = atOnce }, ill, new(Override: true, BreakGlass: false)).SingleOrDefault();

        Assert.Equal(refusedBy, refusal?.Rule);
        Assert.Empty(GuardRails.Check(new() { RestartsAtOnce = 3 }, Calm with { LockedUp = true, UnderWay = ill.UnderWay }, new(Override: true, BreakGlass: false)));
    }

    [Theory]
    [InlineData("0 3 * * *", 30, "2026-03-14T02:59:59Z", null)]
    [InlineData("0 3 * * *", 30, "2026-03-14T03:00:00Z", "2026-03-14T03:30:00Z")]
    [InlineData("0 3 * * *", 30, "2026-03-14T03:29:59Z", "2026-03-14T03:30:00Z")]
    [InlineData("0 3 * * *", 30, "2026-03-14T03:30:00Z", null)]
    [InlineData("0 22 * * 5", 600, "2026-03-14T03:00:00Z", "2026-03-14T08:00:00Z")]
    public void A_window_by_cron_lasts_its_minutes(string cron, double minutes, string now, string? end)
    {
        var freeze = new FreezeOptions { Name = "nights", Cron = cron, Minutes = minutes };

        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture), freeze.EndAt(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void In_a_freeze_nothing_is_restarted_without_breaking_glass()
    {
        var options = new ControlOptions { Freezes = [new() { Name = "year's end", From = Now.AddDays(-1), To = Now.AddDays(1) }] };

        var refusal = Assert.Single(GuardRails.Check(options, Calm, new(Override: true, BreakGlass: false)));

        Assert.Equal(("freeze", "the freeze window \"year's end\" lasts until 2026-03-15 03:00:00Z. Somebody with the permission break-glass can lift this."), (refusal.Rule, refusal.Message));
        Assert.Empty(GuardRails.Check(options, Calm, new(Override: false, BreakGlass: true)));
    }

    [Fact]
    public void Every_rule_that_refuses_is_named_at_once()
    {
        var options = new ControlOptions { Freezes = [new() { Name = "x", From = Now.AddDays(-1), To = Now.AddDays(1) }] };
        var situation = Calm with { UnderWay = ["the restart of git-2 by ann"], LastRestartEndedAt = Now, Others = [new("git-2", "is not scraped")] };

        Assert.Equal(["concurrency", "cool-down", "healthy-share", "freeze"], GuardRails.Check(options, situation, default).Select(refusal => refusal.Rule));
    }

    [Theory]
    [InlineData("restart", "git-1", true)]
    [InlineData("restart", "pay-1", true)]
    [InlineData("abort", "git-1", false)]
    [InlineData("abort", "pay-1", true)]
    [InlineData("profile", "git-1", false)]
    public void A_second_person_is_needed_for_chosen_actions_or_hosts(string action, string host, bool needed)
    {
        var options = new ControlOptions { TwoPeople = [new() { Actions = ["restart"] }, new() { Hosts = ["pay-*"] }] };

        Assert.Equal(needed, GuardRails.NeedsApproval(options, action, host));
    }

    [Theory]
    [InlineData("", "0 3 * * *", 30, false)]
    [InlineData("nights", "0 3 * *", 30, false)]
    [InlineData("nights", "0 3 * * *", 0, false)]
    [InlineData("nights", "", 0, false)]
    [InlineData("nights", "0 3 * * *", 30, true)]
    public void A_window_that_cannot_be_meant_is_a_wrong_setting(string name, string cron, double minutes, bool good) =>
        Assert.Equal(good, new FreezeOptions { Name = name, Cron = cron, Minutes = minutes }.Problem().Length == 0);
}
