using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;

namespace FleetConsole.Agent.Supervisors;

internal sealed record Unit(UnitSettings Settings, IUnitSupervisor Supervisor, UnitFigures Figures);

/// <summary>The configured units, each with what keeps it running and what measures it.</summary>
internal sealed class UnitDirectory(AgentSettings settings, TimeProvider clock, ILoggerFactory loggers)
{
    private readonly Dictionary<string, Unit> units = settings.Units.Values.ToDictionary(u => u.Name, u => Create(u, settings, clock, loggers), StringComparer.Ordinal);

    public IReadOnlyCollection<Unit> All => units.Values;

    public Unit this[string name] => units[name];

    private static Unit Create(UnitSettings unit, AgentSettings settings, TimeProvider clock, ILoggerFactory loggers) => new(
        unit,
        new ChildProcessSupervisor(unit, PidFile.For(settings.JournalPath, unit.Name), clock, loggers.CreateLogger<ChildProcessSupervisor>()),
        new UnitFigures(unit, new CgroupReader(), loggers.CreateLogger<UnitFigures>()));
}
