using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Dumps;

/// <summary>Where a unit's output goes: a file, or systemd's journal.</summary>
internal interface IUnitLog
{
    /// <summary>Remembers where the log ends now.</summary>
    /// <exception cref="ToolException">The log cannot be read, or the unit's standard error does not go there.</exception>
    Task<ILogCapture> BeginAsync(CancellationToken cancel);

    /// <summary>The last lines, oldest first, at most so many bytes of them; and whether some of the lines were left out for that.</summary>
    /// <exception cref="ToolException">The log cannot be read.</exception>
    Task<(ReadOnlyMemory<byte> Text, bool Truncated)> TailAsync(int lines, int mostBytes, CancellationToken cancel);
}

/// <summary>What was written since.</summary>
internal interface ILogCapture : IDisposable
{
    /// <summary>Copies what the process, which has ended, wrote.</summary>
    /// <exception cref="ToolException">The log cannot be read.</exception>
    Task CopyAsync(ProcessMark process, DumpFile dump, CancellationToken cancel);

    /// <summary>Lines of the unit that the log says it has dropped.</summary>
    /// <exception cref="ToolException">The log cannot be read.</exception>
    Task<long> DroppedAsync(CancellationToken cancel);
}
