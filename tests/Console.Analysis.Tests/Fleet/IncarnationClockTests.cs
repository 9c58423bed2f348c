using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Tests.Fleet;

/// <summary>Clocks that are wrong, looks that overlap, Prometheus away.</summary>
public sealed class IncarnationClockTests
{
    private static readonly HostId Host = new("git-1");

    [Fact]
    public void A_host_whose_clock_is_ahead_began_no_later_than_it_was_seen()
    {
        var process = Assert.Single(Incarnations.Split(Host, [1000, 1015], [1300, 1300], []));

        Assert.Equal((1300, 1000), (process.StartedAt, process.BeganAt));
    }

    [Fact]
    public void A_host_whose_clock_is_behind_began_after_the_process_it_replaced_was_last_seen()
    {
        // By its own clock, ten minutes behind, the new process started while the old one was still scraped every 15 s.
        var found = Incarnations.Split(Host, [1000, 1015, 1030, 1045], [100, 100, 425, 425], []);

        Assert.Equal([100, 1015], found.Select(p => p.BeganAt));
        Assert.Equal(425, found[1].StartedAt);
    }

    [Fact]
    public void A_start_within_a_minute_before_the_old_ones_last_sample_is_a_graceful_upgrade()
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030], [100, 100, 1005], []);

        Assert.Equal(1005, found[1].BeganAt);
    }

    [Fact]
    public void A_clock_put_right_does_not_make_the_next_process_the_older_one()
    {
        // The clock was 600 s ahead; the second process starts "earlier" than the first.
        var found = Incarnations.Split(Host, [1000, 1015, 1300, 1315], [1500, 1500, 1290, 1290], [new("1.0", [1000, 1015]), new("2.0", [1300, 1315])]);

        Assert.Equal(["1.0", "2.0"], found.Select(p => p.Version));
        Assert.Equal(1290, found[1].AloneSince);
    }

    [Fact]
    public void A_clock_that_is_slewed_for_days_is_one_process()
    {
        var found = Incarnations.Split(Host, [1000, 2000, 3000, 4000], [900, 901.5, 903, 904.5], []);

        Assert.Equal([new(Host, 900, 1000, 4000, 900, "unknown")], found);
    }

    [Fact]
    public void An_aborted_upgrade_has_the_version_that_was_reported_in_its_own_samples()
    {
        // The new process was seen twice, and between the two the old one was seen three times.
        var found = Incarnations.Split(Host, [1000, 1010, 1015, 1020, 1025, 1030, 1040], [900, 1005, 900, 900, 900, 1005, 900],
            [new("1.0", [1000, 1015, 1020, 1025, 1040]), new("2.0", [1010, 1030])]);

        Assert.Equal(["1.0", "2.0"], found.Select(p => p.Version));
    }

    [Fact]
    public void A_later_look_prolongs_a_process_and_adds_the_next()
    {
        var known = Incarnations.Split(Host, [1000, 1015], [900, 900], [new("1.0", [1000, 1015])]);
        var seen = Incarnations.Split(Host, [1015, 1030, 1045], [900.6, 900.6, 1040], [new("1.0", [1015, 1030]), new("2.0", [1045])]);

        var all = Incarnations.Merge(known, seen);

        Assert.Equal([(900, 1000, 1030), (1040, 1045, 1045)], all.Select(p => (p.StartedAt, p.FirstSeenAt, p.LastSeenAt)));
    }

    [Fact]
    public void A_time_that_is_filled_in_later_puts_the_missed_process_between_the_others()
    {
        var known = Incarnations.Split(Host, [1000, 9000], [900, 8000], []);
        var seen = Incarnations.Split(Host, [3000, 4000], [2500, 2500], []);

        Assert.Equal([900, 2500, 8000], Incarnations.Merge(known, seen).Select(p => p.StartedAt));
    }

    [Fact]
    public void A_version_that_is_told_late_is_taken_and_never_forgotten()
    {
        var unknown = Incarnations.Split(Host, [1000], [900], []);
        var told = Incarnations.Split(Host, [1015], [900], [new("1.0", [1015])]);

        Assert.Equal("1.0", Incarnations.Merge(unknown, told)[0].Version);
        Assert.Equal("1.0", Incarnations.Merge(told, unknown)[0].Version);
    }

    [Fact]
    public void A_window_that_begins_after_the_start_does_not_move_when_the_process_began()
    {
        var known = Incarnations.Split(Host, [1000], [1300], []);
        var seen = Incarnations.Split(Host, [1500], [1300], []);

        Assert.Equal(1000, Incarnations.Merge(known, seen)[0].BeganAt);
    }
}
