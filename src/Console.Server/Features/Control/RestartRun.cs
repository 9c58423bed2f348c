using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;
using Grpc.Core;

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

    // An agent waits at most ten minutes for a server to stop.
    private static readonly TimeSpan LongestCommand = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // What the agent never heard of is not sent after the person who wanted it has long looked elsewhere.
    private static readonly TimeSpan StillWanted = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        var faces = map.Find(command.Host);
        if (faces.Agent is not { } agent)
        {
            await log.EndAsync(command, CommandPhase.Failed, faces.AgentProblem, cancellationToken);
            return;
        }

        // The console ended in the middle: what the agent did by this id comes before anything is done again.
        var known = resumed ? await ToldAsync(agent, command.Id, cancellationToken) ?? throw Silent(agent) : null;
        if (known?.State == CommandState.Unknown && time.GetUtcNow() - command.RequestedAt > StillWanted)
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
        var outcome = known is null or { State: CommandState.Unknown } ? await AskAsync(faces, agent, command, cancellationToken) : known;
        await FollowAsync(command, faces, outcome, cancellationToken);
    }

    private async Task FollowAsync(CommandRow command, HostFaces faces, CommandOutcome outcome, CancellationToken cancellationToken)
    {
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
    private async Task<CommandOutcome> AskAsync(HostFaces faces, Uri agent, CommandRow command, CancellationToken cancellationToken)
    {
        try
        {
            return await agents.RestartAsync(agent, new RestartRequest
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
            return await ToldAsync(agent, command.Id, cancellationToken) switch
            {
                null => throw new AgentException(e.Code, e.Message, e),
                { State: CommandState.Unknown } => new() { State = CommandState.Failed, Message = $"{e.Message} It never got the command, so nothing was done." },
                { State: CommandState.Running } => new() { State = CommandState.Interrupted, Message = $"The agent still works on it after {LongestCommand.TotalMinutes:0} minutes. Look at the unit on the host." },
                { } told => told,
            };
        }
    }

    // Asks until the agent tells how the command ended. Null when it was silent for too long.
    private async Task<CommandOutcome?> ToldAsync(Uri agent, string commandId, CancellationToken cancellationToken)
    {
        CommandOutcome? told = null;
        var begun = time.GetTimestamp();
        var heard = begun;
        using var timer = new PeriodicTimer(Pace, time);
        do
        {
            try
            {
                told = await agents.GetCommandAsync(agent, commandId, cancellationToken);
                if (told.State != CommandState.Running)
                    return told;
                heard = time.GetTimestamp();
            }
            catch (AgentException e) when (e.Code is not (StatusCode.PermissionDenied or StatusCode.InvalidArgument))
            {
                // It may be starting again; the deadline below ends the asking.
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
        while (time.GetElapsedTime(heard) < SeenDeadline && time.GetElapsedTime(begun) < LongestCommand);

        return told;
    }

    private static AgentException Silent(Uri agent) =>
        new(StatusCode.Unavailable, $"The agent at {agent.Authority} could not be asked what became of the command; its journal on the host knows.", null);

    private async Task ConfirmAsync(CommandRow command, HostFaces faces, CommandOutcome outcome, CancellationToken cancellationToken)
    {
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
