using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Captures;

/// <summary>What a capture is worth comparing with: the same host when younger, the version before, the rest of the fleet at equal age.</summary>
internal static class CaptureComparisons
{
    // An age is like another when it is at most twice or half of it.
    private const double LikeAge = 2;

    private static readonly string[][] Families = [["cpu", "profile"], ["goroutines", "abort", "dump"]];

    /// <summary>Kinds that compare with one; perf's trees begin with programs, so perf compares with perf alone.</summary>
    public static string[] KindsLike(string kind) => Array.Find(Families, family => family.Contains(kind)) ?? [kind];

    /// <param name="shown">The capture on the side after.</param>
    /// <param name="others">All that compare with it.</param>
    public static IEnumerable<Comparison> Suggested(CaptureRow shown, IReadOnlyList<CaptureRow> others)
    {
        if (shown.Age is not { } age)
            yield break;
        var own = others.Where(c => c.Host == shown.Host && c.Age is not null).ToList();
        if (own.Where(c => c.Age * LikeAge <= age).OrderBy(c => c.Age).ThenByDescending(c => c.TakenAt).FirstOrDefault() is { } young)
            yield return Of($"{shown.Host} at age {Figures.Age(young.Age)}", young);
        var earlier = own.Where(c => c.Version != shown.Version && c.ProcessStartedAt < shown.ProcessStartedAt).ToList();
        if (earlier.Where(c => c.Version == earlier.MaxBy(o => o.ProcessStartedAt)?.Version).MinBy(c => Distance(c, age)) is { } before)
            yield return Of($"version {before.Version} before it, at age {Figures.Age(before.Age)}", before);

        // Profiles add up; of goroutines of several hosts a sum says little.
        if (KindsLike(shown.Kind) == Families[1])
            yield break;
        var fleet = others.Where(c => c.Host.Length > 0 && c.Host != shown.Host && c.Age is not null && Distance(c, age) <= Math.Log(LikeAge))
            .GroupBy(c => c.Host).Select(host => host.MinBy(c => Distance(c, age))!).ToArray();
        if (fleet.Length > 0)
            yield return Of(fleet is [var one] ? $"{one.Host} at age {Figures.Age(one.Age)}" : $"{fleet.Length} other hosts at about this age", fleet);
    }

    private static double Distance(CaptureRow capture, TimeSpan age) =>
        Math.Abs(Math.Log(Math.Max(capture.Age?.TotalSeconds ?? 0, 1) / Math.Max(age.TotalSeconds, 1)));

    private static Comparison Of(string title, params CaptureRow[] bases) => new() { Title = title, BaseIds = { bases.Select(b => b.Id) } };
}
