namespace FleetConsole.Agent.Supervisors;

/// <summary>How long to wait before a process that ended by itself is started again: doubling, and forgotten once a process has lived for a minute.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    private readonly TimeSpan first;
    private TimeSpan next;

    public BackOff(TimeSpan first) => this.first = next = first;

    public TimeSpan After(TimeSpan lived)
    {
        if (lived >= Settled)
            Reset();
        var now = next;
        next = next * 2 < Most ? next * 2 : Most;
        return now;
    }

    public void Reset() => next = first;
}
