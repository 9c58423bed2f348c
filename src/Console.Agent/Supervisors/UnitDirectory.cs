using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Systemd;

namespace FleetConsole.Agent.Supervisors;

internal sealed record Unit(UnitSettings Settings, IUnitSupervisor Supervisor, UnitFigures Figures, IUnitLog Log, ChangeSignal Changes);

/// <summary>The configured units, each with what keeps it running, what measures it and where it writes.</summary>
internal sealed class UnitDirectory : IDisposable
{
    private readonly Dictionary<string, Unit> units;

    public UnitDirectory(AgentSettings settings, UnitChanges changes, TimeProvider clock, ILoggerFactory loggers)
    {
        var limits = new JournalLimits(clock, loggers.CreateLogger<JournalLimits>());
        units = settings.Units.Values.ToDictionary(u => u.Name, u => Create(u, settings, limits, changes[u.Name], clock, loggers), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<Unit> All => units.Values;

    public Unit this[string name] => units[name];

    public void Dispose()
    {
        foreach (var unit in units.Values)
            (unit.Supervisor as IDisposable)?.Dispose();
    }

    private static Unit Create(
        UnitSettings unit, AgentSettings settings, JournalLimits limits, ChangeSignal changes, TimeProvider clock, ILoggerFactory loggers)
    {
        var figures = new UnitFigures(unit, new CgroupReader(), loggers.CreateLogger<UnitFigures>());
        if (unit.Service is not { } service)
        {
            var log = unit.LogPath ?? throw new InvalidOperationException($"Unit {unit.Name} has no log.");
            var pidFile = PidFile.For(settings.JournalPath, unit.Name);
            var child = new ChildProcessSupervisor(unit, pidFile, changes, clock, loggers.CreateLogger<ChildProcessSupervisor>());
            return new(unit, child, figures, new FileLog(log, clock), changes);
        }

        var systemctl = new Systemctl(service);
        IUnitLog output = unit.LogPath is { } file ? new FileLog(file, clock) : new JournalLog(systemctl);
        var systemd = new SystemdSupervisor(unit, systemctl, limits, changes, clock, loggers.CreateLogger<SystemdSupervisor>());
        return new(unit, systemd, figures, output, changes);
    }
}
