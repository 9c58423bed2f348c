using FleetConsole.Agent.Commands;

namespace FleetConsole.Agent.Supervisors;

/// <summary>
/// Runs the units from when the agent listens (an agent that cannot listen must not start a second server) until the agent is told to end.
/// </summary>
internal sealed class SupervisionWorker(UnitDirectory units, CommandDesk desk, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(() => listening.TrySetResult(true)))
        await using (stoppingToken.Register(() => listening.TrySetResult(false)))
        {
            if (!await listening.Task)
                return;
        }

        // ApplicationStopping comes before the listener waits for its calls; a restart among them ends with its unit.
        await Task.WhenAll(units.All.Select(u => u.Supervisor.RunAsync(lifetime.ApplicationStopping)));
        await desk.WhenIdleAsync();
    }
}
