using FleetConsole.Analysis.Drift;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Findings;
using DriftEstimate = FleetConsole.Analysis.Drift.Estimate;
using ProcessIncarnation = FleetConsole.Analysis.Fleet.ProcessIncarnation;
using SawtoothProof = FleetConsole.Analysis.Drift.SawtoothProof;
using SeriesVerdict = FleetConsole.Analysis.Drift.SeriesVerdict;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>A drift and a group of series in words: the sentence never speaks against the verdict.</summary>
public sealed class DriftBoardTests
{
    private static readonly DriftOptions Options = new();
    private static readonly SawtoothProof Weak = new(2, 1, new(0.1, -0.1, 0.3), 0.5);

    [Fact]
    public void A_finding_says_what_restarts_have_shown()
    {
        Assert.Contains("; restarts reset it.", Sentence(true, new(3, 3, new(0.6, 0.5, 0.7), 0.6)), StringComparison.Ordinal);
        Assert.Contains("; 1 of 2 restarts reset it.", Sentence(true, Weak), StringComparison.Ordinal);
        Assert.Contains("; restarts elsewhere in the fleet reset it.", Sentence(true, SawtoothProof.None), StringComparison.Ordinal);
        Assert.Contains("; no restart has reset it yet.", Sentence(false, SawtoothProof.None), StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_series_restarts_do_not_prove_they_do_not_prove_by_themselves() =>
        Assert.Equal("1 of 2 restarts lowered the latency by half of what its age would make, which is no proof by itself.", DriftWords.Proof(Weak));

    [Fact]
    public void A_group_has_its_state_and_its_pooled_ratio()
    {
        var group = DriftDetails.Of(new GroupVerdict("git-1", new DriftVerdict.Drifting(Finding(Weak)), 5, 3, 1));

        Assert.Equal((DriftState.Drifting, 2.0, 5, 3, 1), (group.State, group.Ratio.Value, group.Members, group.Drifting, group.Suspected));
    }

    [Fact]
    public void A_group_of_which_nothing_is_known_has_no_ratio()
    {
        Assert.Null(DriftDetails.Of(new GroupVerdict("git-1", new DriftVerdict.Steady(new(1, 0, double.PositiveInfinity), -9, null), 5, 0, 0)).Ratio);
        Assert.Null(DriftDetails.Of(new GroupVerdict("git-1", new DriftVerdict.NotEnoughData(3, 8), 0, 0, 0)).Ratio);
    }

    [Fact]
    public void After_a_failed_look_the_counts_stay_and_the_fleets_verdict_does_not()
    {
        var board = new DriftBoard();
        board.Show(new() { BinSeconds = 3600, Steady = 6, Fleet = DriftState.Steady, Hosts = { new DriftGroup { Name = "git-1" } } }, []);

        board.Fail(3600, "Prometheus is away.");
        board.Fail(15, "Prometheus is away.");

        var looks = board.Looks.ToList();
        Assert.Equal([(DriftState.SourceFailed, 6, 1), (DriftState.SourceFailed, 0, 0)], looks.Select(l => (l.Fleet, l.Steady, l.Hosts.Count)));
        Assert.All(looks, look => Assert.Equal("Prometheus is away.", look.Problem));
    }

    [Fact]
    public void Series_of_a_host_or_of_a_method_are_told_the_worst_first_with_what_is_known_of_them()
    {
        var board = new DriftBoard();
        board.Show(new() { BinSeconds = 3600, At = DriftDetails.At(0) }, [
            new(new("git-1"), "a", new DriftVerdict.Steady(new(1, 0, double.PositiveInfinity), 0.5, null), null),
            new(new("git-1"), "b", new DriftVerdict.NotEnoughData(3, 8), null),
            new(new("git-2"), "a", new DriftVerdict.Drifting(Finding(Weak)), null)]);

        Assert.Equal([("git-2", DriftState.Drifting), ("git-1", DriftState.Steady)], board.Ask(new() { Method = "a" }).Series.Select(s => (s.Host, s.State)));
        var host = board.Ask(new() { BinSeconds = 3600, Host = "git-1" }).Series;
        Assert.Equal([("a", 0, 0), ("b", 3, 8)], host.Select(s => (s.Method, s.Bins, s.BinsNeeded)));
        Assert.All(host, series => Assert.Null(series.Ratio));
    }

    [Fact]
    public void Series_that_nobody_has_judged_are_not_told()
    {
        var board = new DriftBoard();
        Assert.Equal("There has been no look for drift in bins of that width yet.", Refused(board, new() { Host = "git-1" }));

        board.Fail(3600, "Prometheus is away.");
        Assert.EndsWith("yet. Prometheus is away.", Refused(board, new() { Host = "git-1" }), StringComparison.Ordinal);

        board.Show(new() { BinSeconds = 3600, At = DriftDetails.At(0) }, []);

        Assert.Contains("saw no series of git-1", Refused(board, new() { Host = "git-1" }), StringComparison.Ordinal);
        Assert.Contains("one host, or of one method", Refused(board, new()), StringComparison.Ordinal);
    }

    private static string Refused(DriftBoard board, ListSeriesRequest request) => Assert.Throws<ApiException>(() => board.Ask(request)).Message;

    private static string Sentence(bool confirmed, SawtoothProof proof)
    {
        var series = new SeriesVerdict(new("git-1"), "m", new DriftVerdict.Suspected(Finding(proof)), null);
        return DriftWords.Sentence(new("", confirmed, [(series, Finding(proof))], [series]), Options);
    }

    private static DriftFinding Finding(SawtoothProof proof) => new(
        new DriftEstimate(2, 1.5, 2.5), default, default, 0.1, 0, 0, new ProcessIncarnation(new("git-1"), 0, 0, 1, 0, "1.0"), proof,
        new(5, 2, 3, default, default, default, default, 1, 0.1, 20, Options), [], null);
}
