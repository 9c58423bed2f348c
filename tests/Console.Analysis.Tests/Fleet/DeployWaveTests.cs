using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Tests.Fleet;

public sealed class DeployWaveTests
{
    private const double Minute = 60;

    [Fact]
    public void No_processes_are_no_deploys() => Assert.Empty(DeployWave.Find([]));

    [Fact]
    public void The_first_process_in_view_is_no_deploy() =>
        Assert.Empty(DeployWave.Find([Process("git-1", 1000, "1.0"), Process("git-2", 9000, "2.0")]));

    [Fact]
    public void A_restart_that_keeps_the_version_is_no_deploy() =>
        Assert.Empty(DeployWave.Find([Process("git-1", 1000, "1.0"), Process("git-1", 2000, "1.0")]));

    [Fact]
    public void A_staged_rollout_is_one_wave_while_no_pause_exceeds_half_an_hour()
    {
        // 25 and then 30 minutes between hosts: 55 in all, but each pause is within bounds.
        var at = 100_000.0;
        var wave = Assert.Single(DeployWave.Find(
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
    }

    [Fact]
    public void A_canary_and_the_rest_more_than_half_an_hour_later_are_two_waves()
    {
        var waves = DeployWave.Find(
        [
            Process("canary", 1000, "1.0"), Process("canary", 100_000, "2.0"),
            Process("git-1", 1000, "1.0"), Process("git-1", 101_801, "2.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 101_900, "2.0"),
        ]);

        Assert.Equal([100_000, 101_801], waves.Select(w => w.FirstRestartAt));
        Assert.Equal([new("canary")], waves[0].Hosts);
        Assert.Equal([new("git-1"), new("git-2")], waves[1].Hosts);
    }

    [Fact]
    public void A_rollback_is_a_wave_of_its_own()
    {
        var waves = DeployWave.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_000, "2.0"), Process("git-1", 100_300, "1.0"),
        ]);

        Assert.Equal(["2.0", "1.0"], waves.Select(w => w.ToVersion));
        Assert.Equal([["1.0"], ["2.0"]], waves.Select(w => w.FromVersions));
    }

    [Fact]
    public void A_wave_names_every_version_it_replaced_once_and_sorted()
    {
        var wave = Assert.Single(DeployWave.Find(
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
        var wave = Assert.Single(DeployWave.Find(
        [
            Process("git-2", 100_060, "2.0"), Process("git-1", 100_120, "2.0"),
            Process("git-1", 1000, "1.0"), Process("git-2", 1000, "1.0"),
        ]));

        Assert.Equal([new("git-2"), new("git-1")], wave.Hosts);
    }

    [Fact]
    public void Two_versions_that_roll_out_at_once_are_two_waves_by_their_first_restart()
    {
        var waves = DeployWave.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 100_060, "3.0"),
            Process("git-2", 1000, "1.0"), Process("git-2", 100_000, "2.0"),
        ]);

        Assert.Equal(["2.0", "3.0"], waves.Select(w => w.ToVersion));
    }

    [Fact]
    public void A_restart_of_the_same_version_in_between_does_not_hide_the_deploy()
    {
        var wave = Assert.Single(DeployWave.Find(
        [
            Process("git-1", 1000, "1.0"), Process("git-1", 2000, "1.0"), Process("git-1", 3000, "2.0"), Process("git-1", 4000, "2.0"),
        ]));

        Assert.Equal(3000, wave.FirstRestartAt);
        Assert.Equal(3000, wave.LastRestartAt);
    }

    private static ProcessIncarnation Process(string host, double start, string version) =>
        new(new HostId(host), start, start + 5, start + 500, start, version);
}
