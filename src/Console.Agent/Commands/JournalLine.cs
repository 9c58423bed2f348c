using System.Text.Json.Serialization;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Commands;

/// <summary>What was asked. Two intents with one id are the same command when everything here is equal.</summary>
internal sealed record CommandIntent(
    string CommandId, UnitActions Action, string Unit, ProfileKind Profile, int Seconds, string RequestedBy, string Reason, DumpRung Dump = DumpRung.Unspecified);

/// <summary>A process before or after a command.</summary>
internal sealed record JournalProcess(int Pid, DateTimeOffset StartedAt)
{
    public static JournalProcess? Of(ProcessMark? mark) => mark is { } m ? new(m.Pid, m.StartedAt) : null;
}

/// <summary>One line of the journal: an intent before the act, with who asked, or an outcome after it. An outcome without an intent makes its id void.</summary>
internal sealed record JournalLine
{
    public required string CommandId { get; init; }

    public required DateTimeOffset At { get; init; }

    public CommandIntent? Intent { get; init; }

    /// <summary>The client certificate's name, on an intent and on what makes an id void.</summary>
    public string? Client { get; init; }

    public JournalOutcome? Outcome { get; init; }

    /// <summary>The unit's process when the intent was written, or when the act began.</summary>
    public JournalProcess? Before { get; init; }

    public JournalProcess? After { get; init; }
}

internal sealed record JournalOutcome(CommandState State, string Message)
{
    /// <summary>systemd's Result of the unit when the command failed.</summary>
    public string? UnitResult { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
