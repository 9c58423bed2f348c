using System.Runtime.CompilerServices;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Features.Findings;

/// <summary>A finding as it would have been, had the console looked then.</summary>
internal sealed record ReplayedFinding(string Key, string Sentence, string Scope, string Cause, DateTimeOffset OpenedAt)
{
    /// <summary>Whether restarts reset it, in a sentence.</summary>
    public string Proof { get; init; } = "";

    public DateTimeOffset? ConfirmedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public string ResolvedBy { get; init; } = "";
}

/// <summary>One look of a replay: how far it is, and every finding so far, oldest first.</summary>
internal sealed record ReplayStep(DateTimeOffset At, double Done, IReadOnlyList<ReplayedFinding> Findings);

/// <summary>
/// Looks at the past as the console would have: look by look, each with what Prometheus had by then, by the very code
/// that looks at the present. Nothing is written.
/// </summary>
internal static class DriftReplay
{
    /// <summary>Replays [from, to], a look each <paramref name="every"/>.</summary>
    /// <param name="lockups">When hosts are known to have been locked up; those stretches are left out, as they were then.</param>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public static async IAsyncEnumerable<ReplayStep> RunAsync(
        DriftLooker looker, DateTimeOffset from, DateTimeOffset to, TimeSpan every, IReadOnlyDictionary<string, IReadOnlyList<TimeRange>> lockups, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var findings = new List<ReplayedFinding>();
        var open = new List<OpenDrift>();
        for (var at = from + every; at <= to; at += every)
        {
            var look = await looker.LookAsync(at, lockups, cancellationToken);
            Take(look, at, findings, open);
            yield return new(at, (at - from) / (to - from), [.. findings]);
        }
    }

    private static void Take(Look look, DateTimeOffset at, List<ReplayedFinding> findings, List<OpenDrift> open)
    {
        var matched = DriftKeys.Match(look.Causes, open, look.Data.Options).ToList();
        foreach (var (key, by) in DriftKeys.Ended(look, open).Concat(DriftKeys.Absorbed(look, open, [.. matched.Select(m => m.Key)])).ToList())
        {
            open.RemoveAll(f => f.Key == key);
            var index = findings.FindLastIndex(f => f.Key == key);
            findings[index] = findings[index] with { ResolvedAt = at, ResolvedBy = by };
        }

        foreach (var (cause, key) in matched)
        {
            var series = cause.Series.Select(s => (s.Series.Host.Name, s.Series.Method)).ToHashSet();
            open.RemoveAll(f => f.Key == key);
            open.Add(new(key, series));
            var index = findings.FindLastIndex(f => f.Key == key && f.ResolvedAt is null);
            var known = index < 0 ? new ReplayedFinding(key, "", "", "", at) : findings[index];
            var now = known with
            {
                Sentence = DriftWords.Sentence(cause, look.Data.Options),
                Scope = DriftWords.Scope(cause),
                Cause = cause.Metric,
                Proof = DriftWords.Proof(cause.Strongest.Sawtooth),
                ConfirmedAt = known.ConfirmedAt ?? (cause.Confirmed ? at : null),
            };
            if (index < 0)
                findings.Add(now);
            else
                findings[index] = now;
        }
    }
}
