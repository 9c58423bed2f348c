using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Supervisors;

/// <summary>What keeps a unit's process running: this agent itself, or the host's service manager.</summary>
internal interface IUnitSupervisor
{
    Supervisor Kind { get; }

    /// <summary>The last look, which may be some seconds old.</summary>
    UnitLook Look();

    /// <exception cref="ToolException">The service manager does not answer.</exception>
    Task<UnitLook> LookNowAsync(CancellationToken cancel);

    /// <summary>Stops the process and starts a new one. Always answers, also when the agent ends meanwhile.</summary>
    /// <exception cref="ToolException">The service manager does not answer, and nothing was begun.</exception>
    Task<RestartResult> RestartAsync();

    /// <summary>Has the process reload itself, in place or by handing over to a new one, as the unit's settings say.</summary>
    /// <exception cref="ToolException">The service manager does not answer, and nothing was begun.</exception>
    Task<RestartResult> ReloadAsync();

    /// <summary>
    /// Waits for the process that follows one which has ended by itself. The supervisor's own policy comes first; only when it starts none,
    /// the unit is started here, so that there is one new process. Always answers.
    /// </summary>
    Task<RestartResult> AwaitNextAsync(ProcessMark ended);

    /// <summary>Keeps or watches the unit until told to stop.</summary>
    Task RunAsync(CancellationToken stopping);
}

/// <param name="Process">Null when no process runs.</param>
/// <param name="Restarts">Times the supervisor started the process again by itself.</param>
internal sealed record UnitLook(UnitState State, ProcessMark? Process, int Restarts)
{
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>systemd's; empty without it.</summary>
    public string SubState { get; init; } = "";

    /// <summary>systemd's; empty without it.</summary>
    public string ServiceResult { get; init; } = "";

    /// <summary>The cgroup that the service manager gave the unit; null when it has none.</summary>
    public string? ControlGroup { get; init; }

    public IReadOnlyList<ProcessMark> Draining { get; init; } = [];

    /// <summary>Null when the unit's output does not go to the journal.</summary>
    public LogRateLimit? LogRateLimit { get; init; }
}

/// <param name="UnitResult">systemd's Result of the unit when it failed.</param>
internal sealed record RestartResult(bool Succeeded, string Message, ProcessMark? Before, ProcessMark? After, string UnitResult = "")
{
    /// <summary>It was begun, and what came of it could not be seen.</summary>
    public bool IsUndecided { get; init; }

    public CommandState State => Succeeded ? CommandState.Succeeded : IsUndecided ? CommandState.Interrupted : CommandState.Failed;
}
