using FleetConsole.Server.Hosting;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>A watch's loop: one round after another at a steady pace, until the console ends.</summary>
internal sealed partial class Rounds(TimeProvider time, ILogger<Rounds> logger)
{
    public async Task RunAsync(string watch, TimeSpan pace, Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pace, time);
        do
        {
            try
            {
                await round(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // What a source does wrong is caught by name in the round. Whatever else goes wrong must not end the console.
                ConsoleMetrics.FailedRounds.WithLabels(watch).Inc();
                Failed(logger, e, watch);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    [LoggerMessage(130, LogLevel.Error, "A round of the {Watch} watch failed; the next one comes")]
    private static partial void Failed(ILogger logger, Exception e, string watch);
}
