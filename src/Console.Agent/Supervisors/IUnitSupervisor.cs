using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Supervisors;

/// <summary>What keeps a unit's process running: this agent itself, or the host's service manager.</summary>
internal interface IUnitSupervisor
{
    Supervisor Kind { get; }

    UnitLook Look();

    /// <summary>Stops the process and starts a new one. Always answers, also when the agent ends meanwhile.</summary>
    Task<RestartResult> RestartAsync();

    /// <summary>Keeps the unit until told to stop.</summary>
    Task RunAsync(CancellationToken stopping);
}

/// <param name="Process">Null when no process runs.</param>
/// <param name="Restarts">Times the supervisor started the process again by itself.</param>
internal sealed record UnitLook(UnitState State, ProcessMark? Process, int Restarts);

internal sealed record RestartResult(bool Succeeded, string Message, ProcessMark? Before, ProcessMark? After);
