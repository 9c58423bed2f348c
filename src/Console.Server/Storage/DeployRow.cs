using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Server.Storage;

/// <summary>One wave of restarts. Instants are Unix seconds.</summary>
internal sealed class DeployRow
{
    public long Id { get; init; }

    public required WaveKind Kind { get; set; }

    public required WaveShape Shape { get; set; }

    public required string ToVersion { get; set; }

    /// <summary>Sorted, each once.</summary>
    public required List<string> FromVersions { get; set; }

    public required double FirstRestartAt { get; set; }

    public required double LastRestartAt { get; set; }

    /// <summary>In the order of the restarts.</summary>
    public required List<DeployStep> Steps { get; set; }

    /// <summary>Hosts that were there and not restarted.</summary>
    public required List<string> Waiting { get; set; }

    /// <summary>What the deploy tool told of it; null when it told nothing.</summary>
    public long? AnnouncedId { get; set; }

    /// <summary>When it was last judged, Unix seconds; null before.</summary>
    public double? JudgedAt { get; set; }
}

/// <summary>One host's restart in a wave. Instants are Unix seconds.</summary>
internal sealed class DeployStep
{
    public required string Host { get; set; }

    public required double At { get; set; }

    /// <summary>The new process's start; with the host it names the process.</summary>
    public required double StartedAt { get; set; }

    /// <summary>The replaced process's start.</summary>
    public required double StartedBefore { get; set; }

    public required string FromVersion { get; set; }
}
