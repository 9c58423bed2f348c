using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Agent.Commands;

/// <summary>A command this agent has been given, and its outcome once it has one.</summary>
internal sealed class CommandEntry(CommandIntent intent, DateTimeOffset startedAt, JournalProcess? before)
{
    private readonly TaskCompletionSource<CommandOutcome> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CommandIntent Intent => intent;

    public JournalProcess? Before => before;

    /// <summary>Completes with the outcome; never fails.</summary>
    public Task<CommandOutcome> Completion => completion.Task;

    public CommandOutcome Outcome => completion.Task.IsCompletedSuccessfully ? completion.Task.Result : Describe(CommandState.Running, "The command runs.");

    public void Complete(JournalLine line) => completion.SetResult(Describe(line));

    /// <summary>The outcome that the line tells.</summary>
    public CommandOutcome Describe(JournalLine line)
    {
        var outcome = line.Outcome ?? throw new ArgumentException("The line is no outcome.", nameof(line));
        var described = Describe(outcome.State, outcome.Message);
        described.EndedAt = Timestamp.FromDateTimeOffset(line.At);
        described.UnitResult = outcome.UnitResult ?? "";
        if (line.Before is { } first)
            (described.PidBefore, described.ProcessStartedAtBefore) = (first.Pid, Timestamp.FromDateTimeOffset(first.StartedAt));
        if (line.After is { } after)
            (described.PidAfter, described.ProcessStartedAtAfter) = (after.Pid, Timestamp.FromDateTimeOffset(after.StartedAt));
        return described;
    }

    private CommandOutcome Describe(CommandState state, string message)
    {
        var outcome = new CommandOutcome
        {
            CommandId = intent.CommandId,
            State = state,
            Message = message,
            StartedAt = Timestamp.FromDateTimeOffset(startedAt),
            Action = ActionNames.ToContract(intent.Action),
            Unit = intent.Unit,
        };
        if (before is not null)
            (outcome.PidBefore, outcome.ProcessStartedAtBefore) = (before.Pid, Timestamp.FromDateTimeOffset(before.StartedAt));
        return outcome;
    }
}

/// <summary>How a command ended, for the journal and for whoever asked.</summary>
/// <param name="UnitResult">systemd's Result of the unit when the command failed.</param>
internal sealed record CommandClosing(CommandState State, string Message, ProcessMark? Before, ProcessMark? After, string UnitResult = "");
