using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>Writes how a command goes, and tells every open page.</summary>
internal sealed class CommandLog(IDbContextFactory<ConsoleDb> databases, ChangeBroadcast changes, TimeProvider time) : IDisposable
{
    // Steps of one restart are seen side by side and written one at a time.
    private readonly SemaphoreSlim _one = new(1, 1);

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
            return Task.CompletedTask;
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
            db.Audit.Add(AuditRows.Outcome(row, time.GetUtcNow()));
        }, cancellationToken);
        ConsoleMetrics.Commands.WithLabels(command.Action, phase.ToString().ToLowerInvariant()).Inc();
    }

    public void Dispose() => _one.Dispose();

    private async Task SaveAsync(CommandRow command, Func<ConsoleDb, CommandRow, Task> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await change(db, command);
            db.Commands.Update(command);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        // It is saved; who listens hears of it even while the console ends.
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
    }
}
