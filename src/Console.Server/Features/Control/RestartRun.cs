using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// One restart: the agent does it, and it counts as done when a new process was seen on the host, its health check
/// says SERVING, and Prometheus has scraped it.
/// </summary>
internal sealed class RestartRun(
    CommandLog log, AgentClients agents, HostMap map, GitRpcServers servers, PrometheusClient prometheus, PromQl promQl, TimeProvider time)
{
    private static readonly TimeSpan AgentDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SeenDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // What the agent never heard of is not sent after the person who wanted it has long looked elsewhere.
    private static readonly TimeSpan StillWanted = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        var faces = map.Find(command.Host);
        if (faces.Agent is null)
        {
            await log.EndAsync(command, CommandPhase.Failed, faces.Problem, cancellationToken);
            return;
        }

        if (resumed && time.GetUtcNow() - command.RequestedAt > StillWanted
            && (await agents.GetCommandAsync(faces.Agent, command.Id, cancellationToken)).State == CommandState.Unknown)
        {
            await log.EndAsync(command, CommandPhase.Failed,
                "The console ended before the agent was asked, so nothing was done. Restart again if it is still wanted.", cancellationToken);
            return;
        }

        await log.StepAsync(command, row =>
        {
            row.Phase = CommandPhase.Running;
            row.Message = "The agent restarts the server.";
        }, cancellationToken);
        var outcome = await AskAsync(faces, command, cancellationToken);
        if (outcome.State != CommandState.Succeeded)
        {
            await log.EndAsync(command, outcome.State == CommandState.Failed ? CommandPhase.Failed : CommandPhase.Unknown, outcome.Message, cancellationToken);
            return;
        }

        if (outcome.ProcessStartedAtAfter is null)
        {
            await log.EndAsync(command, CommandPhase.Unknown,
                $"The agent reports success but names no new process ({outcome.Message}). Look at the unit on the host.", cancellationToken);
            return;
        }

        await log.StepAsync(command, row =>
        {
            row.NewProcessSeenAt = time.GetUtcNow();
            row.Message = $"Process {outcome.PidAfter} runs; waiting for its health check and for Prometheus.";
        }, cancellationToken);
        await ConfirmAsync(command, faces, outcome, cancellationToken);
    }

    // A connection that breaks leaves open whether the agent acted; it is asked by the command's id until it tells.
    private async Task<CommandOutcome> AskAsync(HostFaces faces, CommandRow command, CancellationToken cancellationToken)
    {
        try
        {
            return await agents.RestartAsync(faces.Agent!, new RestartRequest
            {
                CommandId = command.Id,
                Unit = faces.Unit,
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
            }, AgentDeadline, cancellationToken);
        }
        catch (AgentException e) when (e.Undecided)
        {
            await log.StepAsync(command, row => row.Message = $"{e.Message} Asking it what it did.", cancellationToken);
            CommandOutcome? told = null;
            await UntilAsync(async () =>
            {
                try
                {
                    told = await agents.GetCommandAsync(faces.Agent!, command.Id, cancellationToken);
                    return told.State != CommandState.Running;
                }
                catch (AgentException again) when (again.Undecided)
                {
                    return false;
                }
            }, cancellationToken);
            return told switch
            {
                null => throw new AgentException(e.Code, e.Message, e),
                { State: CommandState.Unknown } => new() { State = CommandState.Failed, Message = $"{e.Message} It never got the command, so nothing was done." },
                _ => told,
            };
        }
    }

    private async Task ConfirmAsync(CommandRow command, HostFaces faces, CommandOutcome outcome, CancellationToken cancellationToken)
    {
        var started = outcome.ProcessStartedAtAfter.ToDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0;
        var serving = SeeAsync(command, () => ServesAsync(faces, cancellationToken), (row, at) => row.ServingAt = at, cancellationToken);
        var scraped = SeeAsync(command, () => ScrapedAsync(command.Host, started, cancellationToken), (row, at) => row.ScrapedAt = at, cancellationToken);
        await Task.WhenAll(serving, scraped);

        var missing = new[]
        {
            await serving ? "" : "its health check does not say SERVING",
            await scraped ? "" : "Prometheus has not scraped it",
        }.Where(text => text.Length > 0).ToList();
        var message = missing.Count == 0
            ? $"Process {outcome.PidAfter} runs since {DateTimeOffset.FromUnixTimeMilliseconds((long)(started * 1000)):u}, serves, and is scraped."
            : $"Process {outcome.PidAfter} runs, but after {SeenDeadline.TotalMinutes:0} minutes {string.Join(" and ", missing)}. Look at the server's log on the host.";
        await log.EndAsync(command, missing.Count == 0 ? CommandPhase.Succeeded : CommandPhase.Failed, message, cancellationToken);
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
