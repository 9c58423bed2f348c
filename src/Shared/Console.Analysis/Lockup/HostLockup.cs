namespace FleetConsole.Analysis.Lockup;

/// <summary>
/// One host, look by look: <see cref="Next"/> takes what a look showed and returns what is known then. A lock-up is
/// calls that pile up while few are finished, and a forking call that gets no answer. It is told from an idle night
/// (nothing in flight), a crash (connection refused, or the agent sees no process), a network cut (nobody answers, not
/// even the agent) and a stopped Prometheus (no figures at all): in the last two nothing is claimed.
/// </summary>
public sealed record HostLockup
{
    private LockupObservation? Last { get; init; }

    private int Looks { get; init; }

    private double SilentSince { get; init; }

    private double AnsweredAt { get; init; }

    private double UsualInFlight { get; init; }

    private double UsualPerSecond { get; init; }

    private bool Settled { get; init; }

    /// <summary>What the looks so far say.</summary>
    public LockupState State { get; private init; } = new LockupState.CannotTell("Not looked at yet.");

    /// <summary>The last lock-up that ended; null when there was none.</summary>
    public PastLockup? Past { get; private init; }

    /// <summary>The forking call would decide, or tell that it is over, and should be made now.</summary>
    public bool WantsProbe => State is LockupState.Suspected or LockupState.LockedUp or LockupState.Surging;

    /// <summary>What is known after one more look.</summary>
    /// <param name="seen">The look; looks come in order of time.</param>
    public HostLockup Next(LockupObservation seen, LockupOptions options)
    {
        var next = seen.Metrics switch
        {
            MetricsState.SourceDown => Kept("Prometheus does not answer, so calls in flight are not known."),
            MetricsState.NotScraped => Unscraped(seen, options),
            _ => Scraped(seen, options),
        };
        return next with { Last = seen.Metrics == MetricsState.Scraped ? seen : Last };
    }

    // A lock-up that is known stays one until something says that it ended.
    private HostLockup Kept(string reason) => State is LockupState.LockedUp ? this : this with { State = new LockupState.CannotTell(reason), Looks = 0 };

    private HostLockup Unscraped(LockupObservation seen, LockupOptions options)
    {
        if (seen.Runs == false || (seen.Health == ReplyKind.Refused && seen.Runs != true))
        {
            var since = State is LockupState.NotRunning down ? down.Since : seen.At;
            return Ended(seen.At, byRestart: true) with { State = new LockupState.NotRunning(since), Looks = 0, SilentSince = 0 };
        }

        if (seen.Health == ReplyKind.Answered)
            return Kept("The server answers its health check, but Prometheus cannot scrape it.") with { SilentSince = 0 };
        if (seen.Runs is null)
            return Kept("Neither Prometheus, nor the health check, nor the agent reaches the host: its network, or a lock-up. Look at the host itself.");
        if (seen.Health != ReplyKind.TimedOut)
            return Kept("The process runs, but Prometheus cannot scrape it.");

        // It runs and accepts nothing: what a lock-up looked like before accept stopped waiting for the fork lock.
        var silent = SilentSince > 0 ? SilentSince : Last?.At ?? seen.At;
        var looks = Looks + 1;
        var next = this with { SilentSince = silent, Looks = looks };
        if (State is LockupState.LockedUp)
            return next;
        return looks >= options.Looks
            ? next with { State = new LockupState.LockedUp(silent, seen.At, null) }
            : next with { State = new LockupState.CannotTell("The process runs and answers nothing; one more look decides.") };
    }

    private HostLockup Scraped(LockupObservation seen, LockupOptions options)
    {
        if (seen is not { CallsStarted: { } started, CallsHandled: { } handled, StartedAt: { } start })
            return Kept("The counters of calls started and handled are missing. Check Metrics:StartedTotal and Metrics:HandledTotal.");
        var now = this with { SilentSince = 0 };
        if (Last is not { CallsStarted: { } startedBefore, CallsHandled: { } handledBefore, StartedAt: { } startBefore })
            return now with { State = State is LockupState.LockedUp ? State : new LockupState.CannotTell("Seen once; the next look tells.") };
        if (Math.Abs(start - startBefore) > Fleet.Incarnations.StartJitterSeconds)
            return start > startBefore ? now.Ended(seen.At, byRestart: true).Fresh() : now;

        var seconds = seen.At - Last.At;
        if (seconds <= 0 || started < startedBefore || handled < handledBefore)
            return now;
        return now.Judge(new Pileup((started - startedBefore) / seconds, (handled - handledBefore) / seconds, UsualPerSecond, started - handled), seen, options);
    }

    // A new process has its own usual; before a graceful upgrade is over, samples of the old one are skipped.
    private HostLockup Fresh() => this with { State = new LockupState.Clear(), Settled = false, UsualInFlight = 0, UsualPerSecond = 0, Looks = 0 };

    private HostLockup Judge(Pileup pileup, LockupObservation seen, LockupOptions options)
    {
        var calm = pileup.InFlight < Math.Max(options.LeastInFlight, options.InFlightRatio * UsualInFlight);
        var expected = Math.Max(pileup.ArrivedPerSecond, UsualPerSecond);
        var keepsUp = pileup.FinishedPerSecond > 0 && pileup.FinishedPerSecond >= options.CompletionShare * expected;
        var next = this with { Looks = calm ? 0 : Looks + 1 };
        return State switch
        {
            LockupState.LockedUp locked => next.WhileLocked(locked, pileup, seen, calm),
            LockupState.Surging surge => next.AfterLocked(surge, pileup, seen, calm, options),
            LockupState.Suspected suspected when !calm => next.Decide(suspected.Since, pileup, seen, options),
            _ when !calm && !keepsUp => next.Decide(Last?.At ?? seen.At, pileup, seen, options),
            _ => Usual(pileup, options) with { State = new LockupState.Clear(), Looks = 0 },
        };
    }

    // Overload piles up calls too; a server that forks when asked is not locked up.
    private HostLockup Decide(double since, Pileup pileup, LockupObservation seen, LockupOptions options) => this with
    {
        State = Looks >= options.Looks && seen.Probe == ReplyKind.TimedOut && seen.ProbeAt > since
            ? new LockupState.LockedUp(since, seen.At, pileup)
            : new LockupState.Suspected(since, pileup),
    };

    // At a utilisation near 1 an answer slips through now and then while calls go on piling up: that is no end.
    private HostLockup WhileLocked(LockupState.LockedUp locked, Pileup pileup, LockupObservation seen, bool calm)
    {
        var answered = seen.Probe == ReplyKind.Answered && seen.ProbeAt > locked.SeenAt ? seen.ProbeAt.Value : 0;
        var shrinks = locked.Pileup is not { } before || pileup.InFlight < before.InFlight;
        var again = AnsweredAt > 0 && answered > AnsweredAt;
        return calm || (answered > 0 && (shrinks || again))
            ? this with { State = new LockupState.Surging(locked.Since, seen.At, pileup.FinishedPerSecond), AnsweredAt = 0 }
            : this with { State = locked with { Pileup = pileup }, AnsweredAt = answered };
    }

    private HostLockup AfterLocked(LockupState.Surging surge, Pileup pileup, LockupObservation seen, bool calm, LockupOptions options)
    {
        var peak = Math.Max(surge.PeakPerSecond, pileup.FinishedPerSecond);
        if (calm)
            return Usual(pileup, options) with { State = new LockupState.Clear(), Past = new(surge.Since, surge.EndedAt, ByRestart: false, peak, seen.At) };

        // A forking call that is silent again says that it never ended.
        return this with
        {
            State = seen.Probe == ReplyKind.TimedOut && seen.ProbeAt > surge.EndedAt
                ? new LockupState.LockedUp(surge.Since, seen.At, pileup)
                : surge with { PeakPerSecond = peak },
        };
    }

    private HostLockup Usual(Pileup pileup, LockupOptions options)
    {
        var weight = Settled ? options.Smoothing : 1;
        return this with
        {
            Settled = true,
            UsualInFlight = UsualInFlight + (weight * (pileup.InFlight - UsualInFlight)),
            UsualPerSecond = UsualPerSecond + (weight * (pileup.FinishedPerSecond - UsualPerSecond)),
        };
    }

    private HostLockup Ended(double at, bool byRestart) => State switch
    {
        LockupState.LockedUp locked => this with { Past = new(locked.Since, at, byRestart, 0, at), State = new LockupState.Clear() },
        LockupState.Surging surge => this with { Past = new(surge.Since, surge.EndedAt, byRestart, surge.PeakPerSecond, at), State = new LockupState.Clear() },
        _ => this,
    };
}
