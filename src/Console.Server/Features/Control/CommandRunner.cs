using System.Data.Common;
using System.Threading.Channels;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// Carries commands out. What stands unfinished in the database when the console starts is taken up again: the agent
/// knows by the command's id what it already did.
/// </summary>
internal sealed partial class CommandRunner(
    IDbContextFactory<ConsoleDb> databases, IServiceProvider services, CommandLog log, TimeProvider time, ILogger<CommandRunner> logger)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Channel<string> _given = Channel.CreateUnbounded<string>();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);

    /// <summary>Takes up a command whose row is written.</summary>
    public void Start(string commandId) => _given.Writer.TryWrite(commandId);

    /// <summary>Stops the work on a command whose row has been ended.</summary>
    public void LetGo(CommandRow ended)
    {
        ConsoleMetrics.Commands.WithLabels(ended.Action, ended.Phase.ToString().ToLowerInvariant()).Inc();
        lock (_gate)
            _running.GetValueOrDefault(ended.Id)?.Cancel();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var unfinished = new HashSet<string>(await PatientlyAsync(UnfinishedAsync, stoppingToken), StringComparer.Ordinal);
        var running = unfinished.Select(id => RunAsync(id, resumed: true, stoppingToken)).ToList();
        try
        {
            await foreach (var id in _given.Reader.ReadAllAsync(stoppingToken))
            {
                running.RemoveAll(task => task.IsCompleted);

                // A command that was given while the unfinished ones were read is among them already.
                if (!unfinished.Remove(id))
                    running.Add(RunAsync(id, resumed: false, stoppingToken));
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<string>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Commands.AsNoTracking()
            .Where(c => c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running)
            .OrderBy(c => c.RequestedAt).Select(c => c.Id).ToListAsync(cancellationToken);
    }

    private async Task RunAsync(string id, bool resumed, CancellationToken stoppingToken)
    {
        // The caller's request must not wait for a command that takes a minute.
        await Task.Yield();
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        lock (_gate)
            _running[id] = work;
        try
        {
            await RunToItsEndAsync(id, resumed, work.Token);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console ends; the row stays unfinished and the next start takes it up.
            Left(logger, id);
        }
        catch (Exception e) when (e is CommandEndedException || (e is OperationCanceledException && work.IsCancellationRequested))
        {
            GaveWay(logger, id);
        }
        finally
        {
            lock (_gate)
                _running.Remove(id);
        }
    }

    private async Task RunToItsEndAsync(string id, bool resumed, CancellationToken cancellationToken)
    {
        var command = await PatientlyAsync(cancel => log.ReadAsync(id, cancel), cancellationToken);
        if (!command.Unfinished)
            throw new CommandEndedException(command);
        Begins(logger, command.Action, command.Host, command.Id, resumed);
        if (await CarryOutAsync(command, resumed, cancellationToken) is not var (phase, message))
            return;
        await PatientlyAsync(async cancel =>
        {
            await log.EndAsync(command, phase, message, cancel);
            return true;
        }, cancellationToken);
    }

    // Null when the command ended as it should; otherwise how it has to be ended. A command that stays running would
    // hold its host for ever.
    private async Task<(CommandPhase Phase, string Message)?> CarryOutAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        try
        {
            await DispatchAsync(command, resumed, cancellationToken);
            return null;
        }
        catch (AgentException e)
        {
            // A profile that did not arrive was not taken; only a process may have been replaced without our knowing.
            return (e.Undecided && CommandActions.Replacing.Contains(command.Action) ? CommandPhase.Unknown : CommandPhase.Failed, e.Message);
        }
        catch (NoRoomException e)
        {
            return (CommandPhase.Failed, e.Message);
        }
        catch (CommandEndedException)
        {
            // It has its end; only the work on it has to stop.
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Unexpected(logger, e, command.Action, command.Host, command.Id);
            return (CommandPhase.Unknown, $"The console could not follow it to its end ({e.Message}). Look at the unit on the host.");
        }
    }

    // The database may be locked or its disk full for a while; the truth about a command is worth waiting for.
    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Patience, time);
        while (true)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception e) when (e is DbUpdateException or DbException or IOException)
            {
                Waits(logger, e, Patience);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private Task DispatchAsync(CommandRow command, bool resumed, CancellationToken cancellationToken) => command.Action switch
    {
        CommandActions.Restart or CommandActions.Reload => services.GetRequiredService<ReplaceRun>().RunAsync(command, resumed, cancellationToken),
        CommandActions.Dump or CommandActions.Abort => services.GetRequiredService<DumpRun>().RunAsync(command, resumed, cancellationToken),
        CommandActions.Profile => services.GetRequiredService<ProfileRun>().RunAsync(command, resumed, cancellationToken),
        _ => log.EndAsync(command, CommandPhase.Failed, $"This version of the console does not know the action \"{command.Action}\".", cancellationToken),
    };

    [LoggerMessage(203, LogLevel.Error, "{Action} of {Host} (command {Id}) met an unexpected error")]
    private static partial void Unexpected(ILogger logger, Exception e, string action, string host, string id);

    [LoggerMessage(200, LogLevel.Information, "{Action} of {Host} begins (command {Id}, resumed {Resumed})")]
    private static partial void Begins(ILogger logger, string action, string host, string id, bool resumed);

    [LoggerMessage(201, LogLevel.Information, "Command {Id} is left to the next start")]
    private static partial void Left(ILogger logger, string id);

    [LoggerMessage(208, LogLevel.Information, "Command {Id} was ended before its end")]
    private static partial void GaveWay(ILogger logger, string id);

    [LoggerMessage(202, LogLevel.Error, "The database does not answer; trying again in {Pause}")]
    private static partial void Waits(ILogger logger, Exception e, TimeSpan pause);
}
