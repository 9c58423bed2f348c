using FleetConsole.Server.Sources;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// Silences a host's alerts while its process is replaced. Never a reason not to restart: without Alertmanager the step
/// is skipped, and what it answers badly is said.
/// </summary>
internal sealed partial class SilenceRun(Alertmanager alertmanager, CommandLog log, ILogger<SilenceRun> logger)
{
    public async Task BeginAsync(CommandRow command, CancellationToken cancellationToken)
    {
        if (!CommandActions.Replacing.Contains(command.Action) || command.SilenceId.Length > 0)
            return;
        if (!alertmanager.Exists)
        {
            await SayAsync(command, "no silence: Alertmanager:Url is not set", cancellationToken);
            return;
        }

        try
        {
            var id = await alertmanager.SilenceAsync(command.Host, command.RequestedBy, $"{command.Action} of {command.Host}: {command.Reason}", cancellationToken);
            await log.StepAsync(command, row => row.SilenceId = id, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            Refused(logger, command.Host, e.Message);
            await SayAsync(command, $"no silence: {e.Message}", cancellationToken);
        }
    }

    public async Task EndAsync(CommandRow command, CancellationToken cancellationToken)
    {
        // A console that ends leaves it to the one that takes the command up.
        if (command.SilenceId.Length == 0 || cancellationToken.IsCancellationRequested)
            return;
        try
        {
            await alertmanager.RemoveAsync(command.SilenceId, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException)
        {
            // It expires by itself.
            Refused(logger, command.Host, e.Message);
        }
    }

    private Task SayAsync(CommandRow command, string line, CancellationToken cancellationToken) =>
        log.StepAsync(command, row => row.Notes = row.Notes.Length == 0 ? line : $"{row.Notes}\n{line}", cancellationToken);

    [LoggerMessage(206, LogLevel.Warning, "Alertmanager did not take or remove the silence of {Host}: {Message}")]
    private static partial void Refused(ILogger logger, string host, string message);
}
