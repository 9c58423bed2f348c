using System.Globalization;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>Looks at the rules' triggers, and has taken what a rule says where one holds and its limits allow it.</summary>
internal sealed partial class CaptureRuleWatch(CaptureRuleBook book, ICaptureTaker taker, Rounds rounds, TimeProvider time, ILogger<CaptureRuleWatch> logger) : BackgroundService
{
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        book.Rules.Count == 0 ? Task.CompletedTask : rounds.RunAsync("capture-rules", book.Pace, RoundAsync, stoppingToken);

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var rule in book.Rules.Where(rule => rule.Problem.Length == 0))
        {
            try
            {
                await LookAsync(rule, cancellationToken);
                _silent.Remove(rule.Name);
            }
            catch (PrometheusException e)
            {
                // One rule's expression may be refused: the others are looked at all the same. The page says it; here it is said once.
                if (_silent.Add(rule.Name))
                    Silent(logger, rule.Name, e.Message);
            }
        }
    }

    private async Task LookAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var holds = await book.NowAsync(rule, cancellationToken);
        if (holds.Count == 0)
            return;
        var fired = (await book.FiredAsync(rule, cancellationToken)).ToList();
        var taking = new List<Task>();
        foreach (var firing in holds.OrderByDescending(firing => firing.Value))
        {
            if (!FiringLimits.Allow(rule.Options, fired, firing.Host, time.GetUtcNow()))
                continue;
            fired.Add(firing);
            taking.Add(TakeAsync(rule, firing, cancellationToken));
        }

        await Task.WhenAll(taking);
    }

    private async Task TakeAsync(CaptureRule rule, Firing firing, CancellationToken cancellationToken)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"{rule.Options.When} is {firing.Value:0.####}, above {rule.Options.Above:0.####}");
        if (await taker.TakeAsync(firing.Host, rule.Name, reason, rule.Options.Take, cancellationToken) is { } why)
            NotTaken(logger, rule.Name, firing.Host, why);
    }

    [LoggerMessage(160, LogLevel.Warning, "The capture rule {Rule} sees nothing: {Message}")]
    private static partial void Silent(ILogger logger, string rule, string message);

    [LoggerMessage(161, LogLevel.Information, "The capture rule {Rule} could take nothing of {Host}: {Why}")]
    private static partial void NotTaken(ILogger logger, string rule, string host, string why);
}
