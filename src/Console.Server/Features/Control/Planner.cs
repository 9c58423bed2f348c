using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>The dry run: what would happen, host by host, and which rules would refuse it now.</summary>
internal sealed class Planner(IDbContextFactory<ConsoleDb> databases, CommandGate gate, PrometheusWatch fleet)
{
    private const int MaxHosts = 500;
    private const string NewProcess = "It counts as done when a new process is seen, says SERVING and is scraped.";

    /// <exception cref="ApiException">INVALID_ARGUMENT: no such action, or too many hosts.</exception>
    public async Task<PlanReply> PlanAsync(PlanRequest request, Caller caller, CancellationToken cancellationToken)
    {
        Order.PermissionOf(request.Action);
        if (request.Hosts.Count is 0 or > MaxHosts)
            throw new ApiException(StatusCode.InvalidArgument, $"Name 1 to {MaxHosts} hosts.");
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var reply = new PlanReply();
        foreach (var host in request.Hosts)
        {
            var order = new Order(request.Action, host, "", "") { Lifts = new(request.Override, request.BreakGlass) };
            reply.Steps.Add(new PlanStep
            {
                Host = host,
                Actions = { Sentences(order) },
                Refusals = { await RefusalsAsync(db, order, caller, cancellationToken) },
                NeedsApproval = gate.ApprovalUntil(order.Action, host, order.Lifts) is not null,
            });
        }

        return reply;
    }

    private static IEnumerable<string> Sentences(Order order) => order.Action switch
    {
        CommandActions.Restart =>
        [
            "Evidence is taken from the running process, 30 s at most: figures, goroutines and a CPU profile, or kernel stacks and perf when it does not answer.",
            $"The agent of {order.Host} stops the server and starts it again.",
            NewProcess,
        ],
        CommandActions.Reload => [$"The agent of {order.Host} sends SIGHUP; a server that upgrades gracefully starts a new process and lets the old one drain.", NewProcess],
        CommandActions.Abort =>
        [
            $"The agent of {order.Host} sends SIGABRT: the process writes all its goroutines to its log and ends.",
            "The dump is collected from the log; the supervisor starts the next process, or the agent if it does not.",
            NewProcess,
        ],
        CommandActions.Dump => [$"The agent of {order.Host} takes the dump; the server goes on."],
        _ => [$"The agent of {order.Host} takes a CPU profile; the server goes on."],
    };

    private async Task<IEnumerable<RuleRefusal>> RefusalsAsync(ConsoleDb db, Order order, Caller caller, CancellationToken cancellationToken)
    {
        if (!fleet.Current.Hosts.ContainsKey(order.Host))
            return [new() { Rule = "mapping", Message = $"There is no host \"{order.Host}\"." }];
        var found = new List<RuleRefusal>();
        if (gate.PermissionProblem(order, caller) is { } lacking)
            found.Add(new() { Rule = "permission", Message = lacking });
        if (gate.MappingProblem(order.Host) is { } unmapped)
            found.Add(new() { Rule = "mapping", Message = unmapped });
        var gives = await RightOfWay.FindAsync(db, order.Action, order.Host, cancellationToken);
        var held = gives is null && await db.Commands.AnyAsync(c => c.Host == order.Host && (c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running), cancellationToken);
        if (held)
            found.Add(new() { Rule = "held", Message = (await CommandGate.HeldAsync(db, order.Host, cancellationToken)).Message });
        var refusals = await gate.RefusalsAsync(db, order.Action, order.Host, order.Lifts, "", cancellationToken);
        found.AddRange(refusals.Select(refusal => new RuleRefusal { Rule = refusal.Rule, Message = refusal.Message }));
        return found;
    }
}
