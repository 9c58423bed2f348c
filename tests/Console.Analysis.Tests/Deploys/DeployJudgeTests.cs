using FleetConsole.Analysis.Deploys;

namespace FleetConsole.Analysis.Tests.Deploys;

/// <summary>Verdicts on deploys whose truth is known.</summary>
public sealed class DeployJudgeTests
{
    [Fact]
    public void A_fall_that_any_restart_gives_is_rejuvenation()
    {
        // The incident: 100 ms after a deploy, 400 ms a day later, in every version.
        var numbers = Assert.IsType<DeployVerdict.Rejuvenation>(new SimulatedDeploy(1) { DriftBefore = 4, DriftAfter = 4 }.Judge().Together).Numbers;

        // 400 ms at the end; the first hour of the next life is at 100 to 112 ms.
        Assert.InRange(Math.Exp(numbers.Fall!.Value.Value), 0.2, 0.36);
        Assert.True(numbers.AtEqualAge.Low < 0 && numbers.AtEqualAge.High > 0);
        Assert.InRange(numbers.AgeToSeconds, 5.8 * 3600, 6 * 3600);
    }

    [Fact]
    public void The_fall_after_a_short_life_compares_its_ends_and_not_its_middle_with_itself()
    {
        // An hour old when replaced: 3.05 times as slow in its last third, 1.4 times in the first of the next life.
        var numbers = Assert.IsType<DeployVerdict.Rejuvenation>(
            new SimulatedDeploy(12) { Lifetime = 3600, Reached = 3600, DriftBefore = 60, DriftAfter = 60, Cold = 1 }.Judge().Together).Numbers;

        Assert.InRange(Math.Exp(numbers.Fall!.Value.Value), 0.4, 0.52);
    }

    [Fact]
    public void A_step_down_at_equal_age_is_improved_and_as_large_as_it_is()
    {
        var numbers = Assert.IsType<DeployVerdict.Improved>(new SimulatedDeploy(2) { Step = 0.7 }.Judge().Together).Numbers;

        Assert.InRange(Math.Log(0.7), numbers.AtEqualAge.Low, numbers.AtEqualAge.High);
        Assert.True(numbers.AtEqualAge.Half < 0.15);
    }

    [Fact]
    public void A_step_up_that_a_restart_hides_is_worse()
    {
        // Latency fell at the restart, and people would call it an improvement.
        var numbers = Assert.IsType<DeployVerdict.Worse>(new SimulatedDeploy(3) { DriftBefore = 4, DriftAfter = 4, Step = 1.4 }.Judge().Together).Numbers;

        Assert.True(numbers.Fall!.Value.High < 0);
        Assert.InRange(Math.Log(1.4), numbers.AtEqualAge.Low, numbers.AtEqualAge.High);
    }

    [Fact]
    public void A_slope_that_was_mended_is_improved_although_both_are_equal_when_young()
    {
        // After 12 h the old version is at 2.5 times, the new one where it was.
        var numbers = Assert.IsType<DeployVerdict.Improved>(
            new SimulatedDeploy(4) { DriftBefore = 4, DriftAfter = 1, Reached = 12 * 3600 }.Judge().Together).Numbers;

        Assert.True(numbers.AtOldestAge.Value < numbers.AtEqualAge.Value);
        Assert.InRange(Math.Exp(numbers.AtOldestAge.Value), 0.3, 0.5);
    }

    [Fact]
    public void A_deploy_that_changes_nothing_is_unchanged() =>
        Assert.IsType<DeployVerdict.Unchanged>(new SimulatedDeploy(5) { Hosts = 8, Earlier = 3, Reached = 20 * 3600 }.Judge().Together);

    [Fact]
    public void More_load_is_not_a_worse_version()
    {
        // Twice the load makes every version 23 % slower (2 to the power of 0.3).
        var verdict = new SimulatedDeploy(6) { RateAfter = 16, Reached = 12 * 3600 }.Judge().Together;

        Assert.IsNotType<DeployVerdict.Worse>(verdict);
        Assert.IsNotType<DeployVerdict.Improved>(verdict);
    }

    [Fact]
    public void What_befalls_the_whole_fleet_at_the_same_moment_is_not_the_versions()
    {
        var blamed = new SimulatedDeploy(7) { Hosts = 2, Shock = 1.5 };
        Assert.IsType<DeployVerdict.Worse>(blamed.Judge().Together);

        var cleared = (blamed with { Controls = 6 }).Judge().Together;

        Assert.IsNotType<DeployVerdict.Worse>(cleared);
        Assert.IsNotType<DeployVerdict.Improved>(cleared);
    }

    [Fact]
    public void A_canary_that_is_better_than_its_control_group_is_improved()
    {
        var numbers = Assert.IsType<DeployVerdict.Improved>(new SimulatedDeploy(8) { Hosts = 1, Controls = 6, Step = 0.5 }.Judge().Together).Numbers;

        Assert.Equal(6, numbers.ControlHosts);
        Assert.NotNull(numbers.Control);
    }

    [Fact]
    public void One_host_alone_is_judged_with_a_wider_interval()
    {
        var one = Numbers(new SimulatedDeploy(9) { Hosts = 1, Step = 0.5 }.Judge().Together);
        var eight = Numbers(new SimulatedDeploy(9) { Hosts = 8, Step = 0.5 }.Judge().Together);

        Assert.True(one.AtEqualAge.Half > eight.AtEqualAge.Half);
    }

    [Fact]
    public void Each_host_has_a_verdict_of_its_own()
    {
        var verdicts = new SimulatedDeploy(10) { Hosts = 3, Step = 0.4 }.Judge();

        Assert.Equal(["git-1", "git-2", "git-3"], verdicts.Hosts.Select(h => h.Host.Name));
        Assert.All(verdicts.Hosts, h => Assert.IsType<DeployVerdict.Improved>(h.Verdict));
    }

    [Fact]
    public void Half_an_hour_is_enough_for_a_first_word_on_a_large_change() =>
        Assert.IsType<DeployVerdict.Improved>(new SimulatedDeploy(11) { Step = 0.4, Reached = 1800 }.Judge().Together);

    [Fact]
    public void Before_that_it_says_when_there_will_be_enough()
    {
        var verdict = Assert.IsType<DeployVerdict.NotEnoughData>(new SimulatedDeploy(12) { Hosts = 1, Step = 0.4, Reached = 900 }.Judge().Together);

        Assert.Equal((3, 6, Shortage.Young), (verdict.Have, verdict.Need, verdict.Why));

        // Six bins of five minutes and the one that is being filled.
        Assert.Equal(SimulatedDeploy.RestartAt + 2100, verdict.EnoughAt);
        Assert.Null(verdict.Numbers);
    }

    [Fact]
    public void Without_traffic_there_is_no_verdict_and_no_time_for_one()
    {
        var verdict = Assert.IsType<DeployVerdict.NotEnoughData>(new SimulatedDeploy(13) { RateAfter = 0 }.Judge().Together);

        Assert.Equal((0, Shortage.Traffic, null), (verdict.Have, verdict.Why, verdict.EnoughAt));
    }

    [Fact]
    public void An_old_version_that_lived_too_short_cannot_be_compared_with()
    {
        var verdict = Assert.IsType<DeployVerdict.NotEnoughData>(new SimulatedDeploy(14) { Lifetime = 900, Earlier = 0 }.Judge().Together);

        Assert.Equal((Shortage.OldVersion, null), (verdict.Why, verdict.EnoughAt));
    }

    [Fact]
    public void Load_of_another_order_is_not_compared()
    {
        var verdict = Assert.IsType<DeployVerdict.NotEnoughData>(new SimulatedDeploy(15) { RateBefore = 8, RateAfter = 80 }.Judge().Together);

        Assert.Equal(0, verdict.Have);
    }

    [Fact]
    public void Bins_of_fifteen_seconds_are_judged_by_the_same_rule()
    {
        var options = new JudgeOptions { Bin = TimeSpan.FromSeconds(15) };
        var deploy = new SimulatedDeploy(16) { Options = options, Lifetime = 600, Reached = 300, Earlier = 0, Step = 0.3 };

        Assert.IsType<DeployVerdict.Improved>(deploy.Judge().Together);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void Of_forty_deploys_that_change_nothing_few_are_called_better_or_worse(double drift)
    {
        var wrong = Enumerable.Range(100, 40)
            .Select(seed => new SimulatedDeploy(seed) { DriftBefore = drift, DriftAfter = drift, Reached = 4 * 3600 }.Judge().Together)
            .Count(verdict => verdict is DeployVerdict.Improved or DeployVerdict.Worse);

        // 5 % of 40 are 2; more than 5 would happen by chance in 1 of 100 runs.
        Assert.InRange(wrong, 0, 5);
    }

    [Fact]
    public void Hosts_that_share_their_noise_are_not_so_many_witnesses()
    {
        // Eight hosts on one machine that is disturbed by 40 %: nothing changed, and few of forty are called a change.
        var wrong = Enumerable.Range(300, 40)
            .Select(seed => new SimulatedDeploy(seed) { Hosts = 8, Earlier = 0, Disturbance = 0.4, Reached = 3600 }.Judge().Together)
            .Count(verdict => verdict is DeployVerdict.Improved or DeployVerdict.Worse);

        Assert.InRange(wrong, 0, 5);
    }

    [Fact]
    public void Nine_in_ten_intervals_hold_the_truth()
    {
        var held = Enumerable.Range(200, 60).Select(seed => new SimulatedDeploy(seed) { Step = 0.8, Hosts = 3, Reached = 3 * 3600 })
            .Select(deploy => Numbers(deploy.Judge().Together).AtEqualAge)
            .Count(effect => effect.Low <= Math.Log(0.8) && effect.High >= Math.Log(0.8));

        Assert.InRange(held, 54, 60);
    }

    private static DeployComparison Numbers(DeployVerdict verdict) => verdict switch
    {
        DeployVerdict.Improved v => v.Numbers,
        DeployVerdict.Worse v => v.Numbers,
        DeployVerdict.Unchanged v => v.Numbers,
        DeployVerdict.Rejuvenation v => v.Numbers,
        DeployVerdict.NotEnoughData { Numbers: { } numbers } => numbers,
        _ => throw new InvalidOperationException($"{verdict} has no numbers."),
    };
}
