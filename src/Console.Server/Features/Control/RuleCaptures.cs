using System.Security.Claims;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>Gives the commands of capture rules. A rule may profile and dump, and never restart: none of what it takes ends a process.</summary>
internal sealed class RuleCaptures(ControlFeature control, TimeProvider time) : ICaptureTaker
{
    private const int ProfileSeconds = 10;
    private const int PerfSeconds = 5;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly ClaimsPrincipal Rule = new(new ClaimsIdentity(
        [new(Permissions.GrantType, $"{Permissions.Profile}@*"), new(Permissions.GrantType, $"{Permissions.Dump}@*")], "rule"));

    // No account's name has a space in it.
    private const string Prefix = "rule ";

    /// <summary>Whether a capture rule asked for the command.</summary>
    public static bool Gave(CommandRow command) => command.RequestedBy.StartsWith(Prefix, StringComparison.Ordinal);

    public async Task<string?> TakeAsync(string host, string rule, string reason, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
    {
        var firing = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var (taken, refused) = (false, (string?)null);
        for (var i = 0; i < kinds.Count; i++)
        {
            // What else could be taken is worth trying, but where the first was refused nothing was recorded.
            var problem = await TakeAsync(OrderOf(kinds[i], host, reason, $"{firing}-{i}"), Prefix + rule, cancellationToken);
            if (problem is { IsRecorded: false } && i == 0)
                return problem.Why;
            (taken, refused) = (taken || problem is null, refused ?? problem?.Why);
        }

        return taken ? null : refused;
    }

    private async Task<Problem?> TakeAsync(Order order, string user, CancellationToken cancellationToken)
    {
        try
        {
            var command = await control.TakeAsync(order, new(Rule, user, "the console"), cancellationToken);
            return await EndAsync(command.Id, cancellationToken) is { EndedAt: not null, Phase: not CommandPhase.Succeeded } ended ? new(ended.Message, IsRecorded: true) : null;
        }
        catch (ApiException e)
        {
            return new(e.Message, IsRecorded: false);
        }
    }

    private static Order OrderOf(string kind, string host, string reason, string key) => kind switch
    {
        CaptureKinds.Profile => new(CommandActions.Profile, host, reason, key) { Seconds = ProfileSeconds },
        CaptureKinds.Perf => new(CommandActions.Dump, host, reason, key) { Rung = Rung.Perf, Seconds = PerfSeconds },
        CaptureKinds.KernelStacks => new(CommandActions.Dump, host, reason, key) { Rung = Rung.KernelStacks },
        _ => new(CommandActions.Dump, host, reason, key) { Rung = Rung.Goroutines },
    };

    private async Task<CommandView> EndAsync(string id, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        while (true)
        {
            var command = await control.GetCommandAsync(id, cancellationToken);
            if (command is { EndedAt: not null } or { Phase: CommandPhase.AwaitingApproval } || time.GetElapsedTime(begun) >= Patience)
                return command;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Why nothing was taken.</summary>
    /// <param name="IsRecorded">There is a command, which failed.</param>
    private sealed record Problem(string Why, bool IsRecorded);
}
