using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// What makes a replaced process true: it was seen on the host, its health check says SERVING, and Prometheus has scraped
/// it. Each is written down when it happens.
/// </summary>
internal sealed class Replacement(CommandLog log, GitRpcServers servers, PrometheusClient prometheus, PromQl promQl, TimeProvider time)
{
    private static readonly TimeSpan SeenDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Whether the process that ran before is gone, by what the agent told of a command that did not succeed.</summary>
    public static bool Ended(CommandOutcome outcome) =>
        outcome.ProcessStartedAtBefore is { } before && (outcome.PidBefore != outcome.PidAfter || !before.Equals(outcome.ProcessStartedAtAfter));

    /// <summary>Follows the new process and ends the command.</summary>
    /// <param name="outcome">A success that names the new process.</param>
    /// <param name="capture">What the command leaves behind; null when nothing.</param>
    public async Task ConfirmAsync(CommandRow command, HostFaces faces, CommandOutcome outcome, CaptureRow? capture, CancellationToken cancellationToken)
    {
        await log.StepAsync(command, row =>
        {
            row.NewProcessSeenAt ??= time.GetUtcNow();
            row.NewProcessStartedAt = outcome.ProcessStartedAtAfter.ToDateTimeOffset();
            row.Message = $"Process {outcome.PidAfter} runs; waiting for its health check and for Prometheus.";
        }, cancellationToken);
        var started = outcome.ProcessStartedAtAfter.ToDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0;
        var serving = faces.GitRpc is null ? Task.FromResult(true) : SeeAsync(command, () => ServesAsync(faces, cancellationToken), (row, at) => row.ServingAt = at, cancellationToken);
        var scraped = SeeAsync(command, () => ScrapedAsync(command.Host, started, cancellationToken), (row, at) => row.ScrapedAt = at, cancellationToken);
        await Task.WhenAll(serving, scraped);

        var missing = new[]
        {
            await serving ? "" : "its health check does not say SERVING",
            await scraped ? "" : "Prometheus has not scraped it",
        }.Where(text => text.Length > 0).ToList();
        var message = missing.Count == 0
            ? $"Process {outcome.PidAfter} runs since {DateTimeOffset.FromUnixTimeMilliseconds((long)(started * 1000)):u}, {(faces.GitRpc is null ? "its health cannot be asked (no gRPC address)" : "serves")}, and is scraped."
            : $"Process {outcome.PidAfter} runs, but after {SeenDeadline.TotalMinutes:0} minutes {string.Join(" and ", missing)}. Look at the server's log on the host.";
        await log.EndAsync(command, missing.Count == 0 ? CommandPhase.Succeeded : CommandPhase.Failed, message, capture, cancellationToken);
    }

    private async Task<bool> SeeAsync(CommandRow command, Func<Task<bool>> look, Action<CommandRow, DateTimeOffset> note, CancellationToken cancellationToken)
    {
        if (!await UntilAsync(look, cancellationToken))
            return false;
        await log.StepAsync(command, row => note(row, time.GetUtcNow()), cancellationToken);
        return true;
    }

    private async Task<bool> ServesAsync(HostFaces faces, CancellationToken cancellationToken) =>
        faces.GitRpc is { } address && (await servers.CheckHealthAsync(address, cancellationToken)).Serving;

    private async Task<bool> ScrapedAsync(string host, double started, CancellationToken cancellationToken)
    {
        try
        {
            var starts = await prometheus.QueryAsync(promQl.ProcessStart([host]), cancellationToken);
            return starts.Any(series => series.Last >= started - Analysis.Fleet.Incarnations.StartJitterSeconds);
        }
        catch (PrometheusException)
        {
            return false;
        }
    }

    private async Task<bool> UntilAsync(Func<Task<bool>> look, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        do
        {
            if (await look())
                return true;
        }
        while (time.GetElapsedTime(started) < SeenDeadline && await timer.WaitForNextTickAsync(cancellationToken));

        return false;
    }
}
