using FleetConsole.Contracts;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Follows the fleet's processes, the waves of their restarts, and what each deploy did.</summary>
internal sealed partial class DeployWatch(
    ProcessLedger processes, WaveLedger waves, DeployVerdicts verdicts, Rounds rounds, ChangeBroadcast changes, IOptions<DeployOptions> options, ILogger<DeployWatch> logger)
    : BackgroundService
{
    private bool _silent;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync("deploys", TimeSpan.FromSeconds(options.Value.PollSeconds), RoundAsync, stoppingToken);

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            var changed = await processes.FollowAsync(cancellationToken);
            if (await waves.FollowAsync(cancellationToken) || changed)
                await changes.SendAsync(Changes.Deploys, cancellationToken);
            if (await verdicts.FollowAsync(cancellationToken))
                await changes.SendAsync(Changes.Deploys, cancellationToken);
            _silent = false;
        }
        catch (PrometheusException e)
        {
            // The board says it to the pages; here it is said once.
            if (!_silent)
                Silent(logger, e.Message);
            _silent = true;
        }
    }

    [LoggerMessage(140, LogLevel.Warning, "Deploys are not followed: {Message}")]
    private static partial void Silent(ILogger logger, string message);
}
