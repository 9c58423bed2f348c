namespace FleetConsole.Analysis.Lockup;

/// <summary>When a host counts as locked up.</summary>
public sealed record LockupOptions
{
    /// <summary>Fewer calls in flight than this are no queue, whatever their ratio to the usual: nights are quiet.</summary>
    public double LeastInFlight { get; init; } = 10;

    /// <summary>In flight, as a multiple of what this process usually has.</summary>
    public double InFlightRatio { get; init; } = 3;

    /// <summary>
    /// Finished calls, as a share of those that arrived or of those that usually finish, whichever is more, below which a
    /// pile-up is looked at: a server whose fork lock is held all the time finishes as many as it forks, which falls from
    /// all of them to next to none as fork time rises. The forking call decides, so this bound only has to keep noise out.
    /// </summary>
    public double CompletionShare { get; init; } = 0.9;

    /// <summary>Looks in a row that must show it.</summary>
    public int Looks { get; init; } = 2;

    /// <summary>Weight of the newest look in what is usual: a half-life of about 14 looks.</summary>
    public double Smoothing { get; init; } = 0.05;
}
