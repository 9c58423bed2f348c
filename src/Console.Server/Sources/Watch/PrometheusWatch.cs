using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>
/// Asks Prometheus for the whole fleet at a steady pace, so that fifty open pages cost it no more than one. When it
/// does not answer, the last snapshot stays and the board says since when.
/// </summary>
internal sealed partial class PrometheusWatch(
    FleetReader reader, Rounds rounds, SourceBoard board, ChangeBroadcast changes, IOptions<PrometheusOptions> options, TimeProvider time, ILogger<PrometheusWatch> logger)
    : BackgroundService
{
    public const string Name = "Prometheus";

    private volatile FleetSnapshot _current = FleetSnapshot.Empty;

    public FleetSnapshot Current => _current;

    /// <summary>What is shown is older than two polls.</summary>
    public bool Stale => _current.AsOf is { } asOf
        && time.GetUtcNow() - asOf > TimeSpan.FromSeconds((2 * options.Value.PollSeconds) + 1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rounds.RunAsync("prometheus", TimeSpan.FromSeconds(options.Value.PollSeconds), PollAsync, stoppingToken);

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            _current = await reader.ReadAsync(_current, cancellationToken);
            if (board.Up(SourceKind.Prometheus, Name))
                Answers(logger, options.Value.Url, _current.Hosts.Count);
        }
        catch (PrometheusException e)
        {
            if (board.Down(SourceKind.Prometheus, Name, e.Message))
                Silent(logger, e.Message);
        }

        await changes.SendAsync(Changes.Fleet, cancellationToken);
    }

    [LoggerMessage(100, LogLevel.Information, "Prometheus at {Url} answers; {Hosts} hosts")]
    private static partial void Answers(ILogger logger, Uri url, int hosts);

    [LoggerMessage(101, LogLevel.Warning, "{Message}")]
    private static partial void Silent(ILogger logger, string message);
}
