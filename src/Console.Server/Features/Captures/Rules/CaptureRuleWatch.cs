using System.Globalization;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>
/// Looks at the rules' triggers, and has taken what a rule says where one holds and its limits allow it. Captures take minutes, so they run beside the looks, one at a time on a host.
/// </summary>
internal sealed partial class CaptureRuleWatch(
    CaptureRuleBook book, ICaptureTaker taker, RuleRefusals refusals, Rounds rounds, TimeProvider time, ILogger<CaptureRuleWatch> logger) : BackgroundService
{
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnderWay> _underWay = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (book.Rules.Count == 0)
            return;
        try
        {
            await rounds.RunAsync("capture-rules", book.Pace, RoundAsync, stoppingToken);
        }
        finally
        {
            // The token has ended them; what they wrote stands.
            await Task.WhenAll(_underWay.Values.Select(one => one.Capture));
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await ForgetEndedAsync();
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

    // What went wrong with one that nobody could name ends this round, and is logged there.
    private async Task ForgetEndedAsync()
    {
        foreach (var (host, ended) in _underWay.Where(one => one.Value.Capture.IsCompleted).ToList())
        {
            _underWay.Remove(host);
            await ended.Capture;
        }
    }

    private async Task LookAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var holds = await book.NowAsync(rule, cancellationToken);
        if (holds.Count == 0)
            return;
        var fired = (await book.FiredAsync(rule, cancellationToken)).ToList();

        // Its command may not be written yet.
        fired.AddRange(_underWay.Values.Where(one => one.Rule == rule.Name && !fired.Exists(firing => firing.Host == one.Firing.Host && firing.At >= one.Firing.At)).Select(one => one.Firing));
        foreach (var firing in holds.OrderByDescending(firing => firing.Value))
        {
            if (Refusal(rule, fired, firing) is { } why)
            {
                refusals.Note(rule.Name, new(firing.Host, firing.At, why));
                continue;
            }

            fired.Add(firing);
            _underWay[firing.Host] = new(rule.Name, firing, TakeAsync(rule, firing, cancellationToken));
        }
    }

    private string? Refusal(CaptureRule rule, List<Firing> fired, Firing firing) => FiringLimits.Refusal(rule.Options, fired, firing.Host, time.GetUtcNow())
        ?? (_underWay.TryGetValue(firing.Host, out var one) ? $"the rule {one.Rule} has something taken of it" : null);

    private async Task TakeAsync(CaptureRule rule, Firing firing, CancellationToken cancellationToken)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"{rule.Options.When} is {firing.Value:0.####}, above {rule.Options.Above:0.####}");
        try
        {
            if (await taker.TakeAsync(firing.Host, rule.Name, reason, rule.Options.Take, cancellationToken) is not { } why)
                return;
            refusals.Note(rule.Name, new(firing.Host, time.GetUtcNow(), why));
            NotTaken(logger, rule.Name, firing.Host, why);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The console ends.
        }
    }

    [LoggerMessage(160, LogLevel.Warning, "The capture rule {Rule} sees nothing: {Message}")]
    private static partial void Silent(ILogger logger, string rule, string message);

    [LoggerMessage(161, LogLevel.Information, "The capture rule {Rule} could take nothing of {Host}: {Why}")]
    private static partial void NotTaken(ILogger logger, string rule, string host, string why);

    /// <summary>What is being taken of a host.</summary>
    private sealed record UnderWay(string Rule, Firing Firing, Task Capture);
}
