using FleetConsole.Agent.Configuration;

namespace FleetConsole.Agent.Metrics;

/// <summary>Commands by what became of them. Every series is there from the start, so that a first failure is an increase.</summary>
internal sealed class CommandCounters
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Refused = "refused";

    private static readonly UnitActions[] Actions = [.. ActionNames.Single.Where(a => a != UnitActions.Status)];
    private static readonly string[] Outcomes = [Succeeded, Failed, "interrupted", Refused];

    private readonly Lock gate = new();
    private readonly SortedDictionary<(string Action, string Outcome), long> counts = [];

    public CommandCounters()
    {
        foreach (var action in Actions)
        {
            foreach (var outcome in Outcomes)
                counts[(ActionNames.Of(action), outcome)] = 0;
        }
    }

    public void Count(UnitActions action, string outcome)
    {
        lock (gate)
            counts[(ActionNames.Of(action), outcome)]++;
    }

    public IReadOnlyList<(string Action, string Outcome, long Count)> Snapshot()
    {
        lock (gate)
            return [.. counts.Select(c => (c.Key.Action, c.Key.Outcome, c.Value))];
    }
}
