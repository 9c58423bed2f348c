namespace FleetConsole.Analysis.Lockup;

/// <summary>What one look at one host showed. Instants are Unix seconds.</summary>
/// <param name="At">When the metrics were read.</param>
/// <param name="Metrics">How fresh the metrics are.</param>
/// <param name="StartedAt">Start of the process that was scraped; null when none was.</param>
/// <param name="CallsStarted">Calls the process has taken up since its start; null when not scraped.</param>
/// <param name="CallsHandled">Calls it has finished; null when not scraped.</param>
/// <param name="Health">The last health check. It needs no fork and may answer while everything else stands still.</param>
/// <param name="Probe">The last call that makes the server fork.</param>
/// <param name="ProbeAt">When that call ended; null when there was none.</param>
/// <param name="Runs">Whether the host's agent sees the process run; null when it could not be asked.</param>
public sealed record LockupObservation(
    double At,
    MetricsState Metrics,
    double? StartedAt,
    double? CallsStarted,
    double? CallsHandled,
    ReplyKind Health,
    ReplyKind Probe,
    double? ProbeAt,
    bool? Runs);

/// <summary>Where the figures of a look come from.</summary>
public enum MetricsState
{
    /// <summary>Prometheus does not answer: nothing is known of the host's figures.</summary>
    SourceDown,

    /// <summary>Prometheus answers, but its last scrape of the host failed.</summary>
    NotScraped,

    /// <summary>The last scrape succeeded.</summary>
    Scraped,
}

/// <summary>How a call to a server ended.</summary>
public enum ReplyKind
{
    /// <summary>It was not made.</summary>
    NotAsked,

    /// <summary>An answer came, whatever it said.</summary>
    Answered,

    /// <summary>None came within the deadline, or no connection was accepted in that time.</summary>
    TimedOut,

    /// <summary>The connection was refused at once: nothing listens.</summary>
    Refused,

    /// <summary>Anything else.</summary>
    Failed,
}
