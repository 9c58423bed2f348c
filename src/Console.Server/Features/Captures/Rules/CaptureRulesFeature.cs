using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Prometheus;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>The rules as people see them: whether they can fire, where they hold, when they fired and when they would have.</summary>
internal sealed class CaptureRulesFeature(CaptureRuleBook book, RuleRefusals refusals, TimeProvider time) : ICaptureRulesApi
{
    private const int MostDays = 30;
    private const int MostFirings = 500;

    public async Task<ListCaptureRulesReply> ListCaptureRulesAsync(CancellationToken cancellationToken)
    {
        var reply = new ListCaptureRulesReply();
        foreach (var rule in book.Rules)
            reply.Rules.Add(await OfAsync(rule, cancellationToken));
        return reply;
    }

    public async Task<TryCaptureRuleReply> TryCaptureRuleAsync(string name, int days, CancellationToken cancellationToken)
    {
        if (days is < 1 or > MostDays)
            throw new ApiException(StatusCode.InvalidArgument, $"A rule is tried on 1 to {MostDays} days.");
        var rule = book.Rules.FirstOrDefault(rule => rule.Name == name) ?? throw new ApiException(StatusCode.NotFound, $"There is no rule \"{name}\".");
        try
        {
            var now = time.GetUtcNow();
            var (firings, step) = await book.ReplayAsync(rule, now - TimeSpan.FromDays(days), now, cancellationToken);
            return new() { StepSeconds = step.TotalSeconds, Firings = { firings.Take(MostFirings).Select(Of) } };
        }
        catch (PrometheusException e)
        {
            throw new ApiException(StatusCode.Unavailable, e.Message, e);
        }
    }

    private async Task<Contracts.V1.CaptureRule> OfAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var options = rule.Options;
        var view = new Contracts.V1.CaptureRule
        {
            Name = rule.Name,
            Condition = string.Create(CultureInfo.InvariantCulture, $"{options.When} is above {options.Above:0.####}")
                + (options.FromAgeMinutes > 0 ? string.Create(CultureInfo.InvariantCulture, $", on processes older than {options.FromAgeMinutes:0.#} min") : ""),
            Takes = string.Join(", ", options.Take),
            Limits = string.Create(CultureInfo.InvariantCulture, $"at most {options.PerHostPerDay} a day on a host and {options.PerDay} in the fleet, {options.CoolDownMinutes:0.#} min apart"),
            Promql = rule.Expression,
        };
        var today = time.GetUtcNow() - FiringLimits.Day;
        view.Fired.AddRange((await book.FiredAsync(rule, cancellationToken)).Where(firing => firing.At > today).OrderByDescending(firing => firing.At).Select(Of));
        if (refusals.Last(rule.Name) is { } refusal)
            view.Refused = new() { Host = refusal.Host, At = refusal.At.ToTimestamp(), Why = refusal.Why };
        try
        {
            var sight = await book.SeeAsync(rule, cancellationToken);
            (view.Problem, view.Samples) = (sight.Problem, sight.Samples);
            view.Holds.AddRange(sight.Holds.Select(Of));
        }
        catch (PrometheusException e)
        {
            view.Problem = e.Message;
        }

        return view;
    }

    private static CaptureFiring Of(Firing firing)
    {
        var view = new CaptureFiring { Host = firing.Host, At = firing.At.ToTimestamp(), Failed = firing.Failed };
        if (double.IsFinite(firing.Value))
            view.Value = firing.Value;
        return view;
    }
}
