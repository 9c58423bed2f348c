using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>What only looks gives way to what replaces the process: a host that is locked up must not wait for a profile of it.</summary>
internal static class RightOfWay
{
    /// <summary>The profile or dump that holds the host and would give way to the action; null when there is none.</summary>
    public static async Task<CommandRow?> FindAsync(ConsoleDb db, string action, string host, CancellationToken cancellationToken) =>
        CommandActions.Replacing.Contains(action)
            ? await db.Commands.SingleOrDefaultAsync(
                c => c.Host == host && (c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running)
                    && (c.Action == CommandActions.Profile || c.Action == CommandActions.Dump), cancellationToken)
            : null;

    /// <summary>Ends what holds the host and has to give way, in the transaction in which the other command takes the host.</summary>
    /// <returns>What was ended, for the audit trail and for <see cref="CommandRunner.LetGo"/>; null when nothing had to.</returns>
    public static async Task<CommandRow?> TakeAsync(ConsoleDb db, CommandRow command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, command.Action, command.Host, cancellationToken) is not { } holder)
            return null;
        holder.Phase = CommandPhase.Failed;
        holder.Message = $"It gave way to the {command.Action} that {command.RequestedBy} asked for.";
        holder.EndedAt = now;

        // The index that allows one command a host looks after each statement.
        await db.SaveChangesAsync(cancellationToken);
        return holder;
    }
}
