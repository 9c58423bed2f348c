using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Tests.Fleet;

public sealed class RestartWaveTests
{
    private const double Minute = 60;

    [Fact]
    public void No_processes_are_no_waves() => Assert.Empty(RestartWaves.Find([]));

    [Fact]
    public void The_first_process_in_view_is_in_no_wave() =>
        Assert.Empty(RestartWaves.Find([Process("git-1", 1000, "1.0"), Process("git-2", 9000, "2.0")]));

    [Fact]
    public void A_restart_that_keeps_the_version_is_a_wave_but_no_deploy()
    {
        var wave = Assert.Single(RestartWaves.Find([Process("git-1", 1000, "1.0"), Process("git-1", 2000, "1.0")]));

        Assert.Equal((WaveKind.Restart, WaveShape.Full), (wave.Kind, wave.Shape));
        Assert.Equal(1000, Assert.Single(wave.Steps).StartedBefore);
    }

    [Fact]
    public void A_rollout_without_a_pause_of_more_than_half_an_hour_has_one_stage()
    {
        // 25 and then 30 minutes between hosts: 55 in all, but each pause is within bounds.
        var at = 100_000.0;
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", at, "2.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", at + (25 * Minute), "2.0"),
            Process("git-3", 1000, "1.0"), Process("git-3", at + (55 * Minute), "2.0"),
        ]));

        Assert.Equal(at, wave.FirstRestartAt);
        Assert.Equal(at + 3300, wave.LastRestartAt);
        Assert.Equal(["1.0"], wave.FromVersions);
        Assert.Equal("2.0", wave.ToVersion);
        Assert.Equal([new("git-1"), new("git-2"), new("git-3")], wave.Hosts);
        Assert.Equal((WaveKind.Deploy, WaveShape.Full), (wave.Kind, wave.Shape));
    }

    [Fact]
    public void A_canary_and_the_rest_hours_later_are_one_staged_rollout()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("canary", 1000, "1.0"), Process("canary", 100_000, "2.0"),
            Process("git-1", 1000, "1.0"), Process("git-1", 101_801, "2.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 101_900, "2.0"),
        ]));

        Assert.Equal(WaveShape.Staged, wave.Shape);
        Assert.Empty(wave.Waiting);
    }

    [Fact]
    public void While_the_rest_has_not_followed_it_is_a_canary_and_the_rest_is_waiting()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("canary", 1000, "1.0", 99_999), Process("canary", 100_000, "2.0"),
            Process("git-2", 1000, "1.0", 200_000), Process("git-1", 1000, "1.0", 200_000),
        ]));

        Assert.Equal(WaveShape.Canary, wave.Shape);
        Assert.Equal([new("git-1"), new("git-2")], wave.Waiting);
    }

    [Fact]
    public void More_than_a_canary_and_less_than_the_fleet_is_partial()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 100_060, "2.0"),
            Process("git-3", 1000, "1.0", 200_000),
        ]));

        Assert.Equal(WaveShape.Partial, wave.Shape);
    }

    [Fact]
    public void A_rollout_that_is_taken_back_before_every_host_had_it_is_aborted()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("git-1", 100_900, "1.0"),
            Process("git-2", 1000, "1.0", 200_000), Process("git-3", 1000, "1.0", 200_000),
        ]);

        Assert.Equal([(WaveKind.Deploy, WaveShape.Aborted), (WaveKind.Rollback, WaveShape.Full)], waves.Select(w => (w.Kind, w.Shape)));
    }

    [Fact]
    public void A_rollout_that_the_next_version_overtakes_is_partial_and_not_aborted()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("git-1", 400_000, "3.0"),
            Process("git-2", 1000, "1.0", 399_000), Process("git-2", 400_060, "3.0"),
            Process("git-3", 1000, "1.0", 399_000), Process("git-3", 400_120, "3.0"),
        ]);

        Assert.Equal([WaveShape.Canary, WaveShape.Full], waves.Select(w => w.Shape));
        Assert.Equal(["1.0", "2.0"], waves[1].FromVersions);
    }

    [Fact]
    public void The_same_version_after_a_rollback_is_a_second_rollout()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("git-1", 103_000, "1.0"), Process("git-1", 106_000, "2.0"),
        ]);

        Assert.Equal([100_000, 103_000, 106_000], waves.Select(w => w.FirstRestartAt));
        Assert.Equal([WaveKind.Deploy, WaveKind.Rollback, WaveKind.Rollback], waves.Select(w => w.Kind));
    }

    [Fact]
    public void Restarts_of_one_version_half_an_hour_apart_are_two_waves()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 10_000, "1.0"), Process("git-2", 1000, "1.0"), Process("git-2", 11_801, "1.0"),
        ]);

        Assert.Equal([10_000, 11_801], waves.Select(w => w.FirstRestartAt));
        Assert.All(waves, w => Assert.Equal(WaveKind.Restart, w.Kind));
    }

    [Fact]
    public void A_host_that_disappeared_before_the_wave_is_not_waited_for()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("gone", 1000, "1.0", 50_000),
        ]));

        Assert.Equal(WaveShape.Full, wave.Shape);
    }

    [Fact]
    public void A_process_that_never_told_its_version_is_no_deploy_and_does_not_hide_one()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 50_000, "unknown"), Process("git-1", 100_000, "2.0"),
        ]);

        Assert.Equal([WaveKind.Restart, WaveKind.Deploy], waves.Select(w => w.Kind));
        Assert.Equal(["1.0"], waves[1].FromVersions);
    }

    [Fact]
    public void A_rollback_is_a_wave_of_its_own()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("git-1", 100_300, "1.0"),
        ]);

        Assert.Equal([WaveKind.Deploy, WaveKind.Rollback], waves.Select(w => w.Kind));
        Assert.Equal(["2.0", "1.0"], waves.Select(w => w.ToVersion));
        Assert.Equal([["1.0"], ["2.0"]], waves.Select(w => w.FromVersions));
    }

    [Fact]
    public void A_wave_names_every_version_it_replaced_once_and_sorted()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-1", 1000, "1.1"), Process("git-1", 100_000, "2.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 100_060, "2.0"),
            Process("git-3", 1000, "1.1"), Process("git-3", 100_120, "2.0"),
        ]));

        Assert.Equal(["1.0", "1.1"], wave.FromVersions);
    }

    [Fact]
    public void Hosts_stand_in_the_order_of_their_restarts_whatever_the_order_of_the_input()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-2", 100_060, "2.0"), Process("git-1", 100_120, "2.0"),
            Process("git-1", 1000, "1.0"), Process("git-2", 1000, "1.0"),
        ]));

        Assert.Equal([new("git-2"), new("git-1")], wave.Hosts);
    }

    [Fact]
    public void Two_versions_that_roll_out_at_once_are_two_waves_by_their_first_restart()
    {
        var waves = RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_060, "3.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 100_000, "2.0"),
        ]);

        Assert.Equal(["2.0", "3.0"], waves.Select(w => w.ToVersion));
    }

    [Fact]
    public void A_restart_of_the_same_version_in_between_does_not_hide_the_deploy()
    {
        var wave = Assert.Single(RestartWaves.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 2000, "1.0"), Process("git-1", 3000, "2.0"), Process("git-1", 4000, "2.0"),
        ]), w => w.Kind == WaveKind.Deploy);

        Assert.Equal((3000, 3000), (wave.FirstRestartAt, wave.LastRestartAt));
        Assert.Equal(2000, wave.Steps[0].StartedBefore);
    }

    private static ProcessIncarnation Process(string host, double start, string version, double lastSeen = 0) =>
        new(new HostId(host), start, start + 5, Math.Max(start + 500, lastSeen), start, version);
}
