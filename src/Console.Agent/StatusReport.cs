using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Security;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Agent;

/// <summary>Tells a client what a unit looks like, once or for as long as it listens.</summary>
internal sealed class StatusReport(CommandDesk desk, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public UnitStatus Write(ClientSettings client, Unit unit, UnitLook look)
    {
        var status = new UnitStatus
        {
            Unit = unit.Settings.Name,
            Supervisor = unit.Supervisor.Kind,
            State = look.State,
            Restarts = look.Restarts,
            HeldByCommandId = desk.HolderOf(unit.Settings.Name),
            SubState = look.SubState,
            Result = look.ServiceResult,
            ActiveSince = look.ActiveSince is { } since ? Timestamp.FromDateTimeOffset(since) : null,
            LogRateLimit = look.LogRateLimit,
            Service = unit.Figures.Service(look),
        };
        var allowed = Gatekeeper.Allowed(client, unit.Settings);
        status.AllowedActions.AddRange(ActionNames.Single.Where(a => allowed.HasFlag(a)).Select(ActionNames.ToContract));
        status.DrainingPids.AddRange(look.Draining.Where(p => p.Lives).Select(p => (long)p.Pid));
        if (look.Process is { } process)
        {
            status.MainPid = process.Pid;
            status.ProcessStartedAt = Timestamp.FromDateTimeOffset(process.StartedAt);
            status.Process = UnitFigures.Process(process);
        }

        return status;
    }

    /// <summary>Sends the status at once, when more than its figures has changed, and as a heartbeat.</summary>
    public async Task SendAsync(ClientSettings client, Unit unit, IServerStreamWriter<UnitStatus> stream, CancellationToken caller)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, lifetime.ApplicationStopping);
        try
        {
            var (last, sentAt) = (new UnitStatus(), 0L);
            while (true)
            {
                var next = unit.Changes.Next;
                var status = Write(client, unit, unit.Supervisor.Look());
                if (sentAt == 0 || clock.GetElapsedTime(sentAt) >= Heartbeat || !WithoutFigures(status).Equals(WithoutFigures(last)))
                {
                    await stream.WriteAsync(status, either.Token);
                    (last, sentAt) = (status, clock.GetTimestamp());
                }

                await WaitAsync(next, sentAt, either.Token);
            }
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The agent is ending."));
        }
    }

    private async Task WaitAsync(Task changed, long sentAt, CancellationToken cancel)
    {
        var rest = Heartbeat - clock.GetElapsedTime(sentAt);
        if (rest <= TimeSpan.Zero)
            return;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(changed, Task.Delay(rest, clock, done.Token));
        await done.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private static UnitStatus WithoutFigures(UnitStatus status)
    {
        var copy = status.Clone();
        (copy.Process, copy.Service) = (null, null);
        return copy;
    }
}
