using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Metrics;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Commands;

/// <summary>
/// Takes commands in and books their outcomes: one at a time per unit, each id once, and nothing before its intent is on the disk. What only looks
/// gives way to what replaces the process.
/// </summary>
internal sealed partial class CommandDesk(Journal journal, CommandCounters counters, UnitChanges changes, TimeProvider clock, ILogger<CommandDesk> logger)
{
    private const string Refusal = "This agent was never given the command, and refuses it from now on.";

    // A profile or a dump that was told to end needs no longer, unless the kernel holds what it waits for.
    private static readonly TimeSpan GivingWay = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<string, CommandEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CommandEntry> holders = new(StringComparer.Ordinal);
    private readonly HashSet<string> voids = new(StringComparer.Ordinal);

    /// <summary>Takes over what earlier agents did. A command without an outcome was running when its agent ended.</summary>
    public void Load()
    {
        foreach (var line in journal.Read())
        {
            if (line.Intent is { } intent)
                entries.TryAdd(line.CommandId, new CommandEntry(intent, line.At, line.Before));
            else if (line.Outcome is { State: CommandState.Void })
                voids.Add(line.CommandId);
            else if (line.Outcome is not null && entries.TryGetValue(line.CommandId, out var entry) && !entry.Completion.IsCompleted)
                entry.Complete(line);
        }

        foreach (var entry in entries.Values.Where(e => !e.Completion.IsCompleted))
        {
            LogInterrupted(entry.Intent.CommandId, entry.Intent.Action, entry.Intent.Unit);
            var outcome = new JournalOutcome(CommandState.Interrupted, "The agent ended while the command ran; the unit's status tells what became of it.");
            Book(entry, outcome, entry.Before, null, _ => { });
        }
    }

    /// <summary>
    /// The new command, durable and holding its unit; or the earlier one when the same was asked before. A profile or a dump that holds the unit is
    /// ended for a command that replaces the process; one that is ending already is waited for by every command.
    /// </summary>
    /// <exception cref="RpcException">The command is refused and nothing was done.</exception>
    public async Task<(CommandEntry Entry, bool IsNew)> AcceptAsync(CommandIntent intent, ClientSettings client, Func<ProcessMark?> process, CancellationToken cancel)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var (entry, isNew) = TryAccept(intent, client, process);
            if (entry.Intent.CommandId == intent.CommandId)
                return (entry, isNew);
            if (Replaces(intent.Action))
                entry.GiveUp($"It gave way to the {ActionNames.Of(intent.Action)} that {intent.RequestedBy} asked for.");
            if (entry.WhyGivenUp is null || !await EndsAsync(entry, GivingWay - clock.GetElapsedTime(begun), cancel))
                throw Held(intent, entry);
        }
    }

    private static bool Replaces(UnitActions action) => action is UnitActions.Restart or UnitActions.Reload or UnitActions.Abort;

    private async Task<bool> EndsAsync(CommandEntry holder, TimeSpan limit, CancellationToken cancel)
    {
        if (limit <= TimeSpan.Zero)
            return false;
        try
        {
            await holder.Completion.WaitAsync(limit, clock, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <returns>The command of this id, or another that holds the unit.</returns>
    private (CommandEntry Entry, bool IsNew) TryAccept(CommandIntent intent, ClientSettings client, Func<ProcessMark?> process)
    {
        lock (gate)
        {
            if (entries.TryGetValue(intent.CommandId, out var earlier))
            {
                return earlier.Intent == intent
                    ? (earlier, false)
                    : throw Refuse(intent, StatusCode.AlreadyExists, $"The command_id {intent.CommandId} was used for something else; nothing was done.");
            }

            if (voids.Contains(intent.CommandId))
                throw Refuse(intent, StatusCode.AlreadyExists, $"The command_id {intent.CommandId} is void: this agent was asked what became of it before it came. Nothing was done.");
            if (holders.TryGetValue(intent.Unit, out var holder))
                return (holder, false);
            var now = clock.GetUtcNow();
            var entry = new CommandEntry(intent, now, JournalProcess.Of(process()));
            try
            {
                journal.Append(new()
                {
                    CommandId = intent.CommandId,
                    At = now,
                    Intent = intent,
                    Client = client.San,
                    Before = entry.Before,
                });
            }
            catch (JournalException e)
            {
                LogJournal(intent.CommandId, e.Message);
                throw Refuse(intent, StatusCode.FailedPrecondition, $"{e.Message} Without a journal nothing is done.");
            }

            entries.Add(intent.CommandId, entry);
            holders.Add(intent.Unit, entry);
            LogAccepted(intent.CommandId, intent.Action, intent.Unit, client.San);
            changes[intent.Unit].Pulse();
            return (entry, true);
        }
    }

    /// <summary>Books the outcome and releases the unit.</summary>
    /// <param name="beforeTold">Called when the outcome is in the journal and nobody has been told of it yet.</param>
    public void Complete(CommandEntry entry, CommandClosing closing, Action<CommandOutcome>? beforeTold = null)
    {
        lock (gate)
        {
            var outcome = new JournalOutcome(closing.State, closing.Message) { UnitResult = closing.UnitResult is { Length: > 0 } result ? result : null };
            Book(entry, outcome, JournalProcess.Of(closing.Before), JournalProcess.Of(closing.After), beforeTold ?? (_ => { }));
            holders.Remove(entry.Intent.Unit);
        }

        changes[entry.Intent.Unit].Pulse();
    }

    /// <summary>The command's outcome, and its unit when there is one.</summary>
    public (CommandOutcome Outcome, string? Unit) Find(string commandId)
    {
        lock (gate)
            return entries.GetValueOrDefault(commandId) is { } entry ? (entry.Outcome, entry.Intent.Unit) : (NeverGiven(commandId), null);
    }

    /// <summary>Refuses the id from now on, unless it was given before. Whoever asked may rely on that: it is on the disk when this returns.</summary>
    /// <exception cref="RpcException">The journal cannot be written, and an order by that id would still be carried out.</exception>
    public void Void(string commandId, ClientSettings client)
    {
        lock (gate)
        {
            if (entries.ContainsKey(commandId) || voids.Contains(commandId))
                return;
            try
            {
                journal.Append(new() { CommandId = commandId, At = clock.GetUtcNow(), Client = client.San, Outcome = new(CommandState.Void, Refusal) });
            }
            catch (JournalException e)
            {
                LogJournal(commandId, e.Message);
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"{e.Message} Without a journal no command can be made void."));
            }

            voids.Add(commandId);
            LogVoid(commandId, client.San);
        }
    }

    private CommandOutcome NeverGiven(string commandId) => voids.Contains(commandId)
        ? new() { CommandId = commandId, State = CommandState.Void, Message = Refusal }
        : new() { CommandId = commandId, State = CommandState.Unknown, Message = "This agent was never given the command." };

    /// <summary>The id of the command that holds the unit now, or empty.</summary>
    public string HolderOf(string unit)
    {
        lock (gate)
            return holders.TryGetValue(unit, out var holder) ? holder.Intent.CommandId : "";
    }

    /// <summary>Completes when no command runs.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
            return Task.WhenAll(holders.Values.Select(h => h.Completion));
    }

    private void Book(CommandEntry entry, JournalOutcome outcome, JournalProcess? before, JournalProcess? after, Action<CommandOutcome> beforeTold)
    {
        var line = new JournalLine
        {
            CommandId = entry.Intent.CommandId,
            At = clock.GetUtcNow(),
            Outcome = outcome,
            Before = before,
            After = after,
        };
        try
        {
            journal.Append(line);
        }
        catch (JournalException e)
        {
            LogJournal(entry.Intent.CommandId, e.Message);
            line = line with { Outcome = outcome with { Message = $"{outcome.Message} (This outcome is not in the journal: {e.Message})" } };
        }

        beforeTold(entry.Describe(line));
        entry.Complete(line);
        counters.Count(entry.Intent.Action, outcome.State.ToString().ToLowerInvariant());
        LogDone(entry.Intent.CommandId, entry.Intent.Action, entry.Intent.Unit, outcome.State, outcome.Message);
    }

    private RpcException Held(CommandIntent intent, CommandEntry holder) => Refuse(
        intent,
        StatusCode.FailedPrecondition,
        $"Command {holder.Intent.CommandId} ({ActionNames.Of(holder.Intent.Action)}, asked for by {holder.Intent.RequestedBy}) holds unit {intent.Unit}; nothing was done. Ask again when it has ended.");

    private RpcException Refuse(CommandIntent intent, StatusCode code, string message)
    {
        counters.Count(intent.Action, CommandCounters.Refused);
        return new RpcException(new Status(code, message));
    }

    [LoggerMessage(500, LogLevel.Information, "Command {CommandId}: {Action} of unit {Unit} accepted from {Client}.")]
    private partial void LogAccepted(string commandId, UnitActions action, string unit, string client);

    [LoggerMessage(501, LogLevel.Information, "Command {CommandId}: {Action} of unit {Unit} {State}. {Message}")]
    private partial void LogDone(string commandId, UnitActions action, string unit, CommandState state, string message);

    [LoggerMessage(502, LogLevel.Error, "Command {CommandId}: {Problem}")]
    private partial void LogJournal(string commandId, string problem);

    [LoggerMessage(504, LogLevel.Information, "Command {CommandId} was never given, and is void: {Client} asked what became of it.")]
    private partial void LogVoid(string commandId, string client);

    [LoggerMessage(503, LogLevel.Warning, "Command {CommandId}: {Action} of unit {Unit} was interrupted by the end of an earlier agent.")]
    private partial void LogInterrupted(string commandId, UnitActions action, string unit);
}
