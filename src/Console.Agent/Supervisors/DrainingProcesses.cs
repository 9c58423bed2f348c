namespace FleetConsole.Agent.Supervisors;

/// <summary>Main processes that another one has replaced while they lived: a graceful upgrade lets them finish their calls.</summary>
internal sealed class DrainingProcesses
{
    private readonly Lock gate = new();
    private readonly List<ProcessMark> replaced = [];

    public void Note(ProcessMark? before, ProcessMark? now)
    {
        lock (gate)
        {
            if (before is { } old && now is { } next && old != next && old.Lives)
                replaced.Add(old);
        }
    }

    public IReadOnlyList<ProcessMark> Living()
    {
        lock (gate)
        {
            replaced.RemoveAll(p => !p.Lives);
            return [.. replaced];
        }
    }
}
