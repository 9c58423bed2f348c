namespace FleetConsole.Analysis.Lockup;

/// <summary>Whether a host is locked up. Instants are Unix seconds.</summary>
public abstract record LockupState
{
    private LockupState()
    {
    }

    /// <summary>It answers, or has nothing to answer.</summary>
    public sealed record Clear : LockupState;

    /// <summary>It does not run: a crash or a stop, and no lock-up.</summary>
    public sealed record NotRunning(double Since) : LockupState;

    /// <summary>Calls pile up; whether it still forks has to be asked.</summary>
    /// <param name="Since">The look before the first that showed it.</param>
    public sealed record Suspected(double Since, Pileup Pileup) : LockupState;

    /// <summary>Calls pile up and the call that forks gets no answer, or the process runs and accepts nothing at all.</summary>
    /// <param name="Since">The last look at which it was well, or the first of the pile-up.</param>
    /// <param name="SeenAt">When it was known.</param>
    /// <param name="Pileup">The newest figures; null when the host accepts no connection and so cannot be scraped.</param>
    public sealed record LockedUp(double Since, double SeenAt, Pileup? Pileup) : LockupState;

    /// <summary>It ended by itself, and what had piled up is worked off.</summary>
    /// <param name="Since">When the lock-up began.</param>
    /// <param name="EndedAt">When calls were finished again.</param>
    /// <param name="PeakPerSecond">Most calls finished per second so far.</param>
    public sealed record Surging(double Since, double EndedAt, double PeakPerSecond) : LockupState;

    /// <summary>The sources that would tell are silent.</summary>
    /// <param name="Reason">Which, and what would have to answer.</param>
    public sealed record CannotTell(string Reason) : LockupState;
}

/// <summary>Calls that pile up, per second and in number.</summary>
/// <param name="ArrivedPerSecond">Calls taken up per second between the last two looks.</param>
/// <param name="FinishedPerSecond">Calls finished per second.</param>
/// <param name="UsuallyFinishedPerSecond">What this process usually finishes.</param>
/// <param name="InFlight">Taken up and not finished.</param>
public sealed record Pileup(double ArrivedPerSecond, double FinishedPerSecond, double UsuallyFinishedPerSecond, double InFlight);

/// <summary>A lock-up that is over.</summary>
/// <param name="Since">When it began.</param>
/// <param name="EndedAt">When calls were finished again, or the process ended.</param>
/// <param name="ByRestart">A new process ended it, or what was still piled up; otherwise it ended by itself.</param>
/// <param name="SurgePerSecond">Most calls finished per second in the surge after it; 0 when there was none.</param>
/// <param name="SurgeUntil">When the surge was over.</param>
public sealed record PastLockup(double Since, double EndedAt, bool ByRestart, double SurgePerSecond, double SurgeUntil);
