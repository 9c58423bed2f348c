using System.Threading.Channels;
using FleetConsole.Contracts.V1;
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
    private readonly Channel<string> _given = Channel.CreateUnbounded<string>();

    /// <summary>Takes up a command whose row is written.</summary>
    public void Start(string commandId) => _given.Writer.TryWrite(commandId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        foreach (var id in await UnfinishedAsync(stoppingToken))
            running.Add(RunAsync(id, resumed: true, stoppingToken));
        try
        {
            await foreach (var id in _given.Reader.ReadAllAsync(stoppingToken))
            {
                running.RemoveAll(task => task.IsCompleted);
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

    private async Task RunAsync(string id, bool resumed, CancellationToken cancellationToken)
    {
        // The caller's request must not wait for a command that takes a minute.
        await Task.Yield();
        var command = await log.ReadAsync(id, cancellationToken);
        try
        {
            Begins(logger, command.Action, command.Host, command.Id, resumed);
            await DispatchAsync(command, resumed, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The console ends; the row stays unfinished and the next start takes it up.
            Left(logger, command.Action, command.Host, command.Id);
        }
        catch (AgentException e)
        {
            // A profile that did not arrive was not taken; only a restart may have happened without our knowing.
            var undecided = e.Undecided && command.Action == CommandActions.Restart;
            await log.EndAsync(command, undecided ? CommandPhase.Unknown : CommandPhase.Failed, e.Message, cancellationToken);
        }
        catch (Exception e) when (e is DbUpdateException or IOException or UnauthorizedAccessException)
        {
            // Without its database or its data folder the console cannot record the truth; the row stays unfinished.
            Broke(logger, e, command.Action, command.Host, command.Id, time.GetUtcNow());
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A command must end: one that stays running holds its host.
            Unexpected(logger, e, command.Action, command.Host, command.Id);
            await log.EndAsync(command, CommandPhase.Unknown, "The console met an unexpected error; its log tells more. Look at the unit on the host.", cancellationToken);
        }
    }

    private Task DispatchAsync(CommandRow command, bool resumed, CancellationToken cancellationToken) => command.Action switch
    {
        CommandActions.Restart => services.GetRequiredService<RestartRun>().RunAsync(command, resumed, cancellationToken),
        CommandActions.Profile => services.GetRequiredService<ProfileRun>().RunAsync(command, resumed, cancellationToken),
        _ => log.EndAsync(command, CommandPhase.Failed, $"This version of the console does not know the action \"{command.Action}\".", cancellationToken),
    };

    [LoggerMessage(203, LogLevel.Error, "{Action} of {Host} (command {Id}) met an unexpected error")]
    private static partial void Unexpected(ILogger logger, Exception e, string action, string host, string id);

    [LoggerMessage(200, LogLevel.Information, "{Action} of {Host} begins (command {Id}, resumed {Resumed})")]
    private static partial void Begins(ILogger logger, string action, string host, string id, bool resumed);

    [LoggerMessage(201, LogLevel.Information, "{Action} of {Host} is left to the next start (command {Id})")]
    private static partial void Left(ILogger logger, string action, string host, string id);

    [LoggerMessage(202, LogLevel.Error, "{Action} of {Host} (command {Id}) could not be recorded at {At}; the next start of the console takes it up")]
    private static partial void Broke(ILogger logger, Exception e, string action, string host, string id, DateTimeOffset at);
}
