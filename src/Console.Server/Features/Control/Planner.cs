using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rollouts;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Security;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Control;

/// <summary>The dry run: what would happen, host by host, and which rules would refuse it now.</summary>
internal sealed class Planner(
    IDbContextFactory<ConsoleDb> databases, CommandGate gate, PrometheusWatch fleet, Alertmanager alertmanager, IEqualAgeJudge judge, IOptions<ControlOptions> options)
{
    private const int MaxHosts = 500;

    /// <exception cref="ApiException">INVALID_ARGUMENT: no such action, too many hosts, or batches that cannot be meant.</exception>
    public async Task<PlanReply> PlanAsync(PlanRequest request, Caller caller, CancellationToken cancellationToken)
    {
        Check(request);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var reply = new PlanReply { Notes = { Notes(request) } };
        var ahead = new List<string>();
        foreach (var (i, host) in request.Hosts.Index())
        {
            var order = new Order(request.Action, host, "", "") { Lifts = new(request.Override, request.BreakGlass), SkipsEvidence = request.SkipEvidence };
            var step = new PlanStep
            {
                Host = host,
                Refusals = { await RefusalsAsync(db, order, caller, ahead, cancellationToken) },
                NeedsApproval = gate.ApprovalUntil(order.Action, host, order.Lifts) is not null,
                Batch = Rolls(request) ? i / SizeOf(request) : 0,
            };
            if (await RightOfWay.FindAsync(db, order.Action, host, cancellationToken) is { } gives)
                step.Actions.Add($"The {gives.Action} that {gives.RequestedBy} asked for gives way and ends as failed.");
            step.Actions.Add(PlanWords.Of(order, alertmanager.Exists));
            reply.Steps.Add(step);

            // A rolling restart waits for the turn of each host, and what waits for a second person is not under way.
            if (order.Replaces && !Rolls(request) && !step.NeedsApproval && step.Refusals.Count == 0)
                ahead.Add($"the {order.Action} of {host} in this very plan");
        }

        return reply;
    }

    private static void Check(PlanRequest request)
    {
        Order.PermissionOf(request.Action);
        var problem = request.Hosts.Count is 0 or > MaxHosts ? $"Name 1 to {MaxHosts} hosts."
            : !Rolls(request) ? ""
            : request.Action != CommandActions.Restart ? "Only restarts go batch by batch."
            : RolloutFeature.BatchProblem(request.BatchSize, request.BatchPercent, request.PauseSeconds);
        if (problem.Length > 0)
            throw new ApiException(StatusCode.InvalidArgument, problem);
    }

    private static bool Rolls(PlanRequest request) => request.BatchSize != 0 || request.BatchPercent != 0;

    private static int SizeOf(PlanRequest request) => RolloutRow.SizeOf(request.Hosts.Count, request.BatchSize, request.BatchPercent);

    private IEnumerable<string> Notes(PlanRequest request)
    {
        var atOnce = string.Create(CultureInfo.InvariantCulture, $"At most {options.Value.RestartsAtOnce} at once in the whole fleet (Control:RestartsAtOnce)");
        if (Rolls(request))
            return PlanWords.OfBatches(request, SizeOf(request), atOnce, judge.LeastAge);
        return request.Hosts.Count > 1 && CommandActions.Replacing.Contains(request.Action)
            ? [$"{atOnce}: asked for all at once, those that are one too many are refused."]
            : [];
    }

    private async Task<IEnumerable<RuleRefusal>> RefusalsAsync(ConsoleDb db, Order order, Caller caller, IReadOnlyList<string> ahead, CancellationToken cancellationToken)
    {
        if (!fleet.Current.Hosts.ContainsKey(order.Host))
            return [new() { Rule = "mapping", Message = $"There is no host \"{order.Host}\"." }];
        var found = new List<RuleRefusal>();
        if (gate.PermissionProblem(order, caller) is { } lacking)
            found.Add(new() { Rule = "permission", Message = lacking });
        if (gate.MappingProblem(order.Host) is { } unmapped)
            found.Add(new() { Rule = "mapping", Message = unmapped });
        var held = await RightOfWay.FindAsync(db, order.Action, order.Host, cancellationToken) is null
            && await db.Commands.AnyAsync(c => c.Host == order.Host && (c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running), cancellationToken);
        if (held)
            found.Add(new() { Rule = "held", Message = (await CommandGate.HeldAsync(db, order.Host, cancellationToken)).Message });
        var refusals = await gate.RefusalsAsync(db, order.Action, order.Host, order.Lifts, "", ahead, cancellationToken);
        found.AddRange(refusals.Select(refusal => new RuleRefusal { Rule = refusal.Rule, Message = refusal.Message }));
        return found;
    }
}
