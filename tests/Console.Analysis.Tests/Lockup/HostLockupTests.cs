using FleetConsole.Analysis.Lockup;

namespace FleetConsole.Analysis.Tests.Lockup;

/// <summary>A server of 20 calls a second, looked at every five seconds.</summary>
public sealed class HostLockupTests
{
    private const double Look = 5;
    private const double Rate = 20;
    private static readonly LockupOptions Options = new();
    private HostLockup _host = new();
    private double _at = 1_000_000;
    private double _start = 900_000;
    private double _started;
    private double _handled;

    [Fact]
    public void Calls_that_pile_up_while_the_forking_call_is_silent_are_a_lock_up_within_two_looks()
    {
        Flow(20);
        Stall();
        var suspected = Assert.IsType<LockupState.Suspected>(_host.State);
        Assert.True(_host.WantsProbe);
        var state = Assert.IsType<LockupState.LockedUp>(Stall(ReplyKind.TimedOut));

        Assert.Equal(suspected.Since, state.Since);
        Assert.Equal(_at - (2 * Look), state.Since);
        Assert.Equal((Rate, 0d, 200d), (state.Pileup!.ArrivedPerSecond, state.Pileup.FinishedPerSecond, state.Pileup.InFlight));
    }

    [Fact]
    public void A_pile_up_while_the_forking_call_answers_is_overload_and_no_lock_up()
    {
        Flow(20);
        for (var i = 0; i < 5; i++)
            Assert.IsType<LockupState.Suspected>(Stall(ReplyKind.Answered));
    }

    [Fact]
    public void A_server_that_still_finishes_half_of_what_arrives_is_locked_up_all_the_same()
    {
        Flow(20);
        for (var i = 0; i < 10; i++)
            Next(Rate, i % 2 == 0 ? Rate * 0.4 : Rate * 1.1, ReplyKind.TimedOut);

        var locked = Assert.IsType<LockupState.LockedUp>(_host.State);
        for (var i = 0; i < 10; i++)
            Next(Rate, i % 2 == 0 ? Rate * 0.4 : Rate * 1.1, ReplyKind.TimedOut);
        Assert.Equal(locked.Since, Assert.IsType<LockupState.LockedUp>(_host.State).Since);
        Assert.True(_host.WantsProbe);
    }

    [Fact]
    public void One_answer_that_slips_through_does_not_end_a_lock_up()
    {
        Flow(20);
        LockUp();
        var since = ((LockupState.LockedUp)_host.State).Since;
        for (var i = 0; i < 4; i++)
            Stall(ReplyKind.TimedOut);
        Assert.IsType<LockupState.LockedUp>(Next(Rate, 1, ReplyKind.Answered));
        Assert.Equal(since, Assert.IsType<LockupState.LockedUp>(Stall(ReplyKind.TimedOut)).Since);
        Assert.IsType<LockupState.LockedUp>(Next(Rate, 1, ReplyKind.Answered));
    }

    [Fact]
    public void A_forking_call_that_is_silent_again_in_the_surge_says_that_the_lock_up_never_ended()
    {
        Flow(20);
        LockUp();
        var since = ((LockupState.LockedUp)_host.State).Since;
        for (var i = 0; i < 4; i++)
            Stall(ReplyKind.TimedOut);
        Assert.IsType<LockupState.Surging>(Next(Rate, Rate + 1, ReplyKind.Answered));
        Assert.Equal(since, Assert.IsType<LockupState.LockedUp>(Stall(ReplyKind.TimedOut)).Since);
    }

    [Fact]
    public void Two_answers_in_a_row_end_a_lock_up_although_calls_go_on_piling_up()
    {
        Flow(20);
        LockUp();
        Assert.IsType<LockupState.LockedUp>(Next(Rate, 1, ReplyKind.Answered));
        Assert.IsType<LockupState.Surging>(Next(Rate, 1, ReplyKind.Answered));
    }

    [Fact]
    public void A_restart_while_the_pile_up_is_worked_off_ended_it()
    {
        Flow(20);
        LockUp();
        var surge = Assert.IsType<LockupState.Surging>(Next(Rate, 30, ReplyKind.Answered));
        (_start, _started, _handled) = (_at, 0, 0);
        Next(Rate, Rate, ReplyKind.Answered);

        Assert.IsType<LockupState.Clear>(_host.State);
        Assert.Equal((surge.Since, true, 30d), (_host.Past!.Since, _host.Past.ByRestart, _host.Past.SurgePerSecond));
    }

    [Fact]
    public void A_silent_probe_of_before_the_pile_up_proves_nothing()
    {
        Flow(20);
        var old = _at - 60;
        for (var i = 0; i < 3; i++)
            Assert.IsType<LockupState.Suspected>(Stall(ReplyKind.TimedOut, old));
    }

    [Fact]
    public void An_idle_night_is_clear()
    {
        Flow(20);
        for (var i = 0; i < 20; i++)
            Assert.IsType<LockupState.Clear>(Next(0, 0, ReplyKind.TimedOut));
    }

    [Fact]
    public void Clients_that_wait_for_their_answers_send_no_more_and_it_is_still_a_lock_up()
    {
        Flow(20);
        Stall();
        for (var i = 0; i < 3; i++)
            Next(0, 0, ReplyKind.TimedOut);

        Assert.IsType<LockupState.LockedUp>(_host.State);
    }

    [Fact]
    public void A_console_that_starts_while_a_host_is_locked_up_finds_it_so()
    {
        _started = 500;
        Next(0, 0, ReplyKind.TimedOut);
        Next(0, 0, ReplyKind.TimedOut);
        Next(0, 0, ReplyKind.TimedOut);

        Assert.IsType<LockupState.LockedUp>(_host.State);
    }

    [Fact]
    public void A_crash_is_no_lock_up()
    {
        Flow(20);
        Stall();

        Assert.IsType<LockupState.NotRunning>(Silent(ReplyKind.Refused, runs: null));
        Assert.IsType<LockupState.NotRunning>(Silent(ReplyKind.TimedOut, runs: false));
        Assert.Null(_host.Past);
    }

    [Fact]
    public void A_network_cut_claims_nothing()
    {
        Flow(20);
        for (var i = 0; i < 5; i++)
            Assert.IsType<LockupState.CannotTell>(Silent(ReplyKind.TimedOut, runs: null));
    }

    [Fact]
    public void A_stopped_Prometheus_claims_nothing_and_forgets_nothing()
    {
        Flow(20);
        var deaf = Observe(ReplyKind.TimedOut) with { Metrics = MetricsState.SourceDown };
        Assert.IsType<LockupState.CannotTell>((_host = _host.Next(deaf, Options)).State);

        Flow(1);
        LockUp();
        _at += Look;
        Assert.IsType<LockupState.LockedUp>(_host.Next(deaf with { At = _at }, Options).State);
    }

    [Fact]
    public void A_process_that_runs_and_accepts_nothing_is_locked_up_at_the_second_look()
    {
        Flow(20);
        Assert.IsType<LockupState.CannotTell>(Silent(ReplyKind.TimedOut, runs: true));
        var state = Assert.IsType<LockupState.LockedUp>(Silent(ReplyKind.TimedOut, runs: true));

        Assert.Equal(_at - (2 * Look), state.Since);
        Assert.Null(state.Pileup);
    }

    [Fact]
    public void The_end_and_the_surge_after_it_are_told()
    {
        Flow(20);
        LockUp();
        for (var i = 0; i < 6; i++)
            Stall(ReplyKind.TimedOut);
        var surge = Assert.IsType<LockupState.Surging>(Next(Rate, 60, ReplyKind.Answered));
        Assert.Equal(60, surge.PeakPerSecond);
        Next(Rate, 90, ReplyKind.Answered);
        while (_started - _handled > 1)
            Next(Rate, Math.Min(90, Rate + ((_started - _handled) / Look)), ReplyKind.Answered);

        Assert.IsType<LockupState.Clear>(_host.State);
        var past = Assert.IsType<PastLockup>(_host.Past);
        Assert.Equal((surge.Since, surge.EndedAt, false, 90d), (past.Since, past.EndedAt, past.ByRestart, past.SurgePerSecond));
        Assert.Equal(_at, past.SurgeUntil);
    }

    [Fact]
    public void A_restart_ends_a_lock_up_and_the_new_process_starts_clear()
    {
        Flow(20);
        LockUp();
        var since = ((LockupState.LockedUp)_host.State).Since;
        (_start, _started, _handled) = (_at, 0, 0);
        Next(Rate, Rate, ReplyKind.Answered);

        Assert.IsType<LockupState.Clear>(_host.State);
        Assert.Equal((since, true), (_host.Past!.Since, _host.Past.ByRestart));
    }

    [Fact]
    public void Start_times_that_flap_in_a_graceful_upgrade_are_no_lock_up()
    {
        Flow(20);
        var old = (_start, _started, _handled);
        for (var i = 0; i < 6; i++)
        {
            (_start, _started, _handled) = i % 2 == 0 ? (_at, 30, 30) : old;
            Assert.IsNotType<LockupState.LockedUp>(Next(0, 0, ReplyKind.TimedOut));
        }
    }

    [Fact]
    public void Missing_counters_are_named()
    {
        var state = _host.Next(Observe(ReplyKind.Answered) with { CallsStarted = null }, Options).State;

        Assert.Contains("Metrics:StartedTotal", Assert.IsType<LockupState.CannotTell>(state).Reason, StringComparison.Ordinal);
    }

    private void Flow(int looks)
    {
        Next(Rate, Rate, ReplyKind.Answered);
        for (var i = 0; i < looks; i++)
            Assert.IsType<LockupState.Clear>(Next(Rate, Rate, ReplyKind.Answered));
    }

    private void LockUp()
    {
        Stall();
        Assert.IsType<LockupState.LockedUp>(Stall(ReplyKind.TimedOut));
    }

    private LockupState Stall(ReplyKind probe = ReplyKind.NotAsked, double? probedAt = null) => Next(Rate, 0, probe, probedAt);

    private LockupState Next(double arrived, double finished, ReplyKind probe, double? probedAt = null)
    {
        _at += Look;
        _started += arrived * Look;
        _handled = Math.Min(_started, _handled + (finished * Look));
        _host = _host.Next(Observe(probe) with { ProbeAt = probedAt ?? _at - 1 }, Options);
        return _host.State;
    }

    private LockupState Silent(ReplyKind health, bool? runs)
    {
        _at += Look;
        var seen = Observe(ReplyKind.NotAsked) with { Metrics = MetricsState.NotScraped, StartedAt = null, Health = health, Runs = runs };
        _host = _host.Next(seen, Options);
        return _host.State;
    }

    private LockupObservation Observe(ReplyKind probe) =>
        new(_at, MetricsState.Scraped, _start, _started, _handled, ReplyKind.Answered, probe, _at, Runs: true);
}
