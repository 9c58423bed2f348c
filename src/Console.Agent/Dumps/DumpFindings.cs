using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>What taking a dump came to, besides its text.</summary>
/// <param name="Next">The unit's process afterwards, where the dump ended the one it was taken from.</param>
internal sealed record DumpFindings(bool Succeeded, string Message, Wholeness Wholeness, ProcessMark? Next)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public long Dropped { get; init; }

    public string UnitResult { get; init; } = "";

    /// <summary>The process was told to end, and what came after it could not be seen.</summary>
    public bool IsUndecided { get; init; }

    public CommandState State => Succeeded ? CommandState.Succeeded : IsUndecided ? CommandState.Interrupted : CommandState.Failed;

    /// <summary>No dump, and why; unless it is undecided, the process was left alone.</summary>
    public static DumpFindings Failed(string why, ProcessMark? process) => new(false, why, Wholeness.Cut, process);
}
