using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>Writes how a command goes, and tells every open page.</summary>
internal sealed class CommandLog(IDbContextFactory<ConsoleDb> databases, AuditTrail audit, ChangeBroadcast changes, TimeProvider time)
{
    public async Task<CommandRow> ReadAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Commands.AsNoTracking().SingleAsync(c => c.Id == id, cancellationToken);
    }

    /// <summary>Changes the row and saves it.</summary>
    public Task StepAsync(CommandRow command, Action<CommandRow> change, CancellationToken cancellationToken) =>
        SaveAsync(command, (_, row) =>
        {
            change(row);
            return Task.FromResult<IReadOnlyList<AuditRow>>([]);
        }, cancellationToken);

    /// <summary>Ends the command: its last state and its outcome in the audit trail are one transaction.</summary>
    public Task EndAsync(CommandRow command, CommandPhase phase, string message, CancellationToken cancellationToken) =>
        EndAsync(command, phase, message, capture: null, cancellationToken);

    /// <inheritdoc cref="EndAsync(CommandRow, CommandPhase, string, CancellationToken)"/>
    /// <param name="capture">What the command left behind, stored in the same transaction.</param>
    public async Task EndAsync(CommandRow command, CommandPhase phase, string message, CaptureRow? capture, CancellationToken cancellationToken)
    {
        await SaveAsync(command, async (db, row) =>
        {
            if (capture is not null)
            {
                // Its id is known once it is stored; both are one transaction.
                db.Captures.Add(capture);
                await db.SaveChangesAsync(cancellationToken);
            }

            row.CaptureId = capture?.Id;
            row.Phase = phase;
            row.Message = message;
            row.EndedAt = time.GetUtcNow();
            return [AuditRows.Outcome(row, time.GetUtcNow())];
        }, cancellationToken);
        ConsoleMetrics.Commands.WithLabels(command.Action, phase.ToString().ToLowerInvariant()).Inc();
    }

    /// <summary>Keeps what was taken on the way; it names its command itself.</summary>
    public async Task KeepAsync(CaptureRow capture, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        db.Captures.Add(capture);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <exception cref="CommandEndedException">Somebody else ended it; nothing was written.</exception>
    private async Task SaveAsync(CommandRow command, Func<ConsoleDb, CommandRow, Task<IReadOnlyList<AuditRow>>> change, CancellationToken cancellationToken)
    {
        await audit.CommitAsync(async db =>
        {
            if (await db.Commands.AnyAsync(c => c.Id == command.Id && c.EndedAt != null, cancellationToken))
                throw new CommandEndedException(command);
            var rows = await change(db, command);
            db.Commands.Update(command);
            return rows;
        }, cancellationToken);

        // It is saved; who listens hears of it even while the console ends.
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
    }
}
