using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Tests.Fleet;

public sealed class IncarnationsTests
{
    private static readonly HostId Host = new("git-1");

    [Fact]
    public void No_samples_are_no_processes() => Assert.Empty(Incarnations.Split(Host, [], [], []));

    [Fact]
    public void Missing_samples_alone_are_no_process() =>
        Assert.Empty(Incarnations.Split(Host, [1000, 1015], [double.NaN, double.NaN], []));

    [Fact]
    public void One_start_time_is_one_process_from_its_first_to_its_last_sample()
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030], [900, 900, 900], []);

        Assert.Equal([new(Host, 900, 1000, 1030, 900, "unknown")], found);
    }

    [Fact]
    public void A_later_start_time_is_a_new_process()
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030, 1045], [900, 900, 1020, 1020], []);

        Assert.Equal(
            [
                new(Host, 900, 1000, 1015, 900, "unknown"),
                new(Host, 1020, 1030, 1045, 1020, "unknown"),
            ],
            found);
    }

    [Theory]
    [InlineData(901)]
    [InlineData(899)]
    [InlineData(900.37)]
    public void A_start_time_that_moves_by_a_second_is_the_same_process(double adjusted)
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030], [900, adjusted, 900], []);

        Assert.Equal([new(Host, 900, 1000, 1030, 900, "unknown")], found);
    }

    [Fact]
    public void A_start_three_seconds_later_is_another_process()
    {
        var found = Incarnations.Split(Host, [1000, 1015], [900, 903], []);

        Assert.Equal([900, 903], found.Select(p => p.StartedAt));
    }

    [Fact]
    public void Missing_samples_in_between_do_not_end_a_process()
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030, 1045], [900, double.NaN, double.NaN, 900], []);

        Assert.Equal([new(Host, 900, 1000, 1045, 900, "unknown")], found);
    }

    [Fact]
    public void A_host_that_returns_with_its_old_start_time_was_never_restarted()
    {
        // Nothing for an hour: the network was gone, not the process.
        var found = Incarnations.Split(Host, [1000, 1015, 4615, 4630], [900, 900, 900, 900], []);

        Assert.Equal([new(Host, 900, 1000, 4630, 900, "unknown")], found);
    }

    [Fact]
    public void A_start_time_that_is_no_number_counts_as_missing()
    {
        var found = Incarnations.Split(Host, [1000, 1015, 1030], [double.PositiveInfinity, 900, double.NegativeInfinity], []);

        Assert.Equal([new(Host, 900, 1015, 1015, 900, "unknown")], found);
    }

    [Fact]
    public void After_a_graceful_upgrade_the_new_process_is_alone_after_the_last_sample_of_the_old()
    {
        // Both answer behind one port from 1010 to 1020.
        var found = Incarnations.Split(Host, [1000, 1010, 1020, 1030, 1040], [900, 1005, 900, 1005, 1005], []);

        Assert.Equal(
            [
                new(Host, 900, 1000, 1020, 900, "unknown"),
                new(Host, 1005, 1010, 1040, 1020, "unknown"),
            ],
            found);
    }

    [Fact]
    public void Three_processes_in_one_upgrade_are_each_told_apart()
    {
        var found = Incarnations.Split(Host, [1000, 1010, 1020, 1030], [900, 1005, 1015, 900], []);

        Assert.Equal(
            [
                new(Host, 900, 1000, 1030, 900, "unknown"),
                new(Host, 1005, 1010, 1010, 1030, "unknown"),
                new(Host, 1015, 1020, 1020, 1030, "unknown"),
            ],
            found);
    }

    [Fact]
    public void Each_process_has_the_version_that_was_reported_while_it_was_seen()
    {
        var found = Incarnations.Split(
            Host,
            [1000, 1015, 1030, 1045],
            [900, 900, 1020, 1020],
            [new("2.0", [1045, 1030]), new("1.0", [1000, 1015])]);

        Assert.Equal(["1.0", "2.0"], found.Select(p => p.Version));
    }

    [Fact]
    public void Where_two_versions_were_reported_the_one_seen_more_often_counts()
    {
        // The graceful upgrade: at 1010 the new process answered first.
        var found = Incarnations.Split(
            Host,
            [1000, 1010, 1020, 1030, 1040],
            [900, 1005, 900, 1005, 1005],
            [new("1.0", [1000, 1020]), new("2.0", [1010, 1030, 1040])]);

        Assert.Equal(["1.0", "2.0"], found.Select(p => p.Version));
    }

    [Fact]
    public void A_process_without_a_reported_version_says_so()
    {
        var found = Incarnations.Split(Host, [1000, 1015], [900, 1010], [new("1.0", [1000])]);

        Assert.Equal(["1.0", ProcessIncarnation.UnknownVersion], found.Select(p => p.Version));
    }

    [Fact]
    public void Times_and_starts_of_different_length_are_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => Incarnations.Split(Host, [1000, 1015], [900], []));

        Assert.Contains("2 times for 1 start times", e.Message, StringComparison.Ordinal);
    }
}
