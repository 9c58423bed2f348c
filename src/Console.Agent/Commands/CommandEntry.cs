using System.Diagnostics.CodeAnalysis;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Agent.Commands;

/// <summary>A command this agent has been given, and its outcome once it has one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The entry is kept as long as the agent lives, and a source without a timer holds nothing to let go of.")]
internal sealed class CommandEntry(CommandIntent intent, DateTimeOffset startedAt, JournalProcess? before)
{
    private readonly TaskCompletionSource<CommandOutcome> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource givenUp = new();
    private string? whyGivenUp;

    public CommandIntent Intent => intent;

    /// <summary>A profile, or a dump that leaves the process alive: it may end half done, and is asked for again at no loss.</summary>
    public bool OnlyLooks => intent.Action is UnitActions.Profile or UnitActions.Dump;

    /// <summary>Why it is to end before its end; null while it is not.</summary>
    public string? WhyGivenUp => Volatile.Read(ref whyGivenUp);

    public CancellationToken GivenUp => givenUp.Token;

    public JournalProcess? Before => before;

    /// <summary>Completes with the outcome; never fails.</summary>
    public Task<CommandOutcome> Completion => completion.Task;

    public CommandOutcome Outcome => completion.Task.IsCompletedSuccessfully ? completion.Task.Result : Describe(CommandState.Running, "The command runs.");

    /// <summary>Has a command that only looks end soon. Any other goes on: half a restart is worse than a whole one.</summary>
    /// <param name="why">One sentence; of two the first holds.</param>
    public void GiveUp(string why)
    {
        if (OnlyLooks && Interlocked.CompareExchange(ref whyGivenUp, why, null) is null)
            givenUp.Cancel();
    }

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
