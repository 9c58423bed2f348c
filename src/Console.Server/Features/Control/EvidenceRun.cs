using System.Globalization;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// What is known of a process only while it lives, taken before it is replaced: its figures, a goroutine dump and a short
/// CPU profile while it answers, kernel stacks and perf when it does not. 30 seconds for all of it; what hangs or fails is
/// said and left.
/// </summary>
internal sealed partial class EvidenceRun(
    CommandLog log, CaptureStore store, AgentClients agents, GitRpcWatch gitRpc, LockupWatch lockups, TimeProvider time, ILogger<EvidenceRun> logger)
{
    private const int Seconds = 5;
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EachAtMost = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan FreeAtMost = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    // A console that starts again takes evidence anew: what it was taking before ended with it, and the agent takes no id twice.
    private readonly string _round = Guid.NewGuid().ToString("N")[..6];

    public async Task TakeAsync(CommandRow command, HostFaces faces, Uri agent, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Whole);
        await log.StepAsync(command, row =>
        {
            row.Phase = CommandPhase.Running;
            row.Message = $"Taking evidence from the running process, at most {Whole.TotalSeconds:0} s.";
        }, cancellationToken);
        var taken = new List<string> { await TryAsync(command, "figures", cancel => store.FiguresAsync(command, faces, agent, cancel), deadline, cancellationToken) };
        var answers = gitRpc.Find(command.Host) is { Health.Serving: true } && lockups.Find(command.Host).Lockup.State is not Analysis.Lockup.LockupState.LockedUp;
        var goroutines = await DumpAsync(command, faces, agent, DumpRung.Goroutines, 0, deadline, cancellationToken);
        taken.Add(goroutines);
        if (answers && goroutines.StartsWith("goroutines:", StringComparison.Ordinal))
        {
            taken.Add(await TryAsync(command, "cpu", cancel => store.ProfileAsync(command, faces, agent, $"{command.Id}-cpu-{_round}", Seconds, cancel), deadline, cancellationToken));
        }
        else
        {
            taken.Add(await DumpAsync(command, faces, agent, DumpRung.KernelStacks, 0, deadline, cancellationToken));
            taken.Add(await DumpAsync(command, faces, agent, DumpRung.Perf, Seconds, deadline, cancellationToken));
        }

        await log.StepAsync(command, row => row.Evidence = string.Join('\n', taken), cancellationToken);
    }

    private Task<string> DumpAsync(
        CommandRow command, HostFaces faces, Uri agent, DumpRung rung, int seconds, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        var name = rung switch { DumpRung.Goroutines => "goroutines", DumpRung.KernelStacks => "kernel-stacks", _ => "perf" };
        return TryAsync(command, name, async cancel =>
        {
            await FreeAsync(faces, agent, cancel);
            var (capture, trailer) = await store.DumpAsync(command, faces, agent, $"{command.Id}-{name}-{_round}", rung, seconds, cancel);
            return capture ?? throw new AgentException(Grpc.Core.StatusCode.DataLoss, trailer.Outcome.Message, null);
        }, deadline, cancellationToken);
    }

    // What was given up a moment ago, for time or for this very command, may still hold the unit, and what is asked for meanwhile is refused.
    private async Task FreeAsync(HostFaces faces, Uri agent, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        try
        {
            while ((await agents.GetStatusAsync(agent, faces.Unit, cancellationToken)).HeldByCommandId.Length > 0 && time.GetElapsedTime(begun) < FreeAtMost)
                await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (AgentException)
        {
            // What is asked for next says so.
        }
    }

    // A line for the command: what was taken, or why it was not.
    private async Task<string> TryAsync(
        CommandRow command, string name, Func<CancellationToken, Task<CaptureRow>> take, CancellationTokenSource whole, CancellationToken cancellationToken)
    {
        using var each = CancellationTokenSource.CreateLinkedTokenSource(whole.Token);
        each.CancelAfter(EachAtMost);
        try
        {
            var capture = await take(each.Token);
            await log.KeepAsync(capture, cancellationToken);
            return string.Create(CultureInfo.InvariantCulture, $"{name}: {capture.SizeBytes:N0} bytes");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is AgentException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            var why = e is OperationCanceledException ? "took too long" : e.Message;
            Missed(logger, name, command.Host, command.Id, why);
            return $"no {name}: {why}";
        }
    }

    [LoggerMessage(205, LogLevel.Warning, "No {Kind} of {Host} as evidence for command {Id}: {Why}")]
    private static partial void Missed(ILogger logger, string kind, string host, string id, string why);
}
