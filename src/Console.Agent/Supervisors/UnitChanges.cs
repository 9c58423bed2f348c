using FleetConsole.Agent.Configuration;

namespace FleetConsole.Agent.Supervisors;

/// <summary>Each unit's signal that something about it has changed.</summary>
internal sealed class UnitChanges(AgentSettings settings)
{
    private readonly Dictionary<string, ChangeSignal> signals = settings.Units.Keys.ToDictionary(name => name, _ => new ChangeSignal(), StringComparer.Ordinal);

    // The journal may tell of a unit that is configured no longer.
    private readonly ChangeSignal nobody = new();

    public ChangeSignal this[string unit] => signals.GetValueOrDefault(unit, nobody);
}
