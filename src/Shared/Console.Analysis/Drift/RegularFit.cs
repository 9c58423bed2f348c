using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>A fit made once in so many bins, and whether its answer lasts until the next.</summary>
/// <param name="Inputs">Hash of all that it was made of.</param>
/// <param name="Lasts">Whether it is the series' fit at all looks until the next regular one.</param>
internal readonly record struct RegularFit(ulong Inputs, bool Lasts)
{
    // Between these two t statistics a few bins more may change what is said of a series. Below, six bins of some 300 do
    // not make a score of 2.5; above, they do not undo one. Both measured by comparing verdicts with those of fits made anew at every look.
    private const double NoSign = 1.5;
    private const double BeyondDoubt = 8;

    // A young series learns much from each bin, and costs little.
    private const int LeastBins = 72;

    /// <summary>Unix seconds of the last regular fit at or before a look. Series take turns, by a hash of their names.</summary>
    public static double LastTime(DriftSeries series, double now, DriftOptions options)
    {
        var turn = (int)(Turn(series) % (uint)options.RefitEvery);
        var bin = Math.Floor(now / options.BinSeconds) - turn;
        return ((Math.Floor(bin / options.RefitEvery) * options.RefitEvery) + turn) * options.BinSeconds;
    }

    /// <summary>Hash of everything that a fit reads of these rows.</summary>
    public static ulong Hash(AgeBins bins, int[] rows)
    {
        var hash = (ulong)rows.Length;
        var process = -1;
        foreach (var i in rows)
        {
            if (bins.Process[i] != process)
            {
                process = bins.Process[i];
                Mix(ref hash, BitConverter.DoubleToUInt64Bits(bins.Processes[process].StartedAt));
                Mix(ref hash, (ulong)bins.Processes[process].Version.GetHashCode(StringComparison.Ordinal));
            }

            Mix(ref hash, BitConverter.DoubleToUInt64Bits(bins.Ends[i]));
            Mix(ref hash, Pair(bins.AgeSeconds[i], bins.Counts[i]));
            Mix(ref hash, Pair(bins.LogP99[i], bins.LogP50[i]));
            Mix(ref hash, BitConverter.SingleToUInt32Bits(bins.Rates[i]));
        }

        return hash;
    }

    /// <summary>Whether a fit's effects say nothing, or all.</summary>
    public static bool Suffices(DriftFit fit)
    {
        if (fit.Bins < LeastBins)
            return false;
        var most = Math.Max(Most(fit.P99, fit.Reach), Most(fit.P50, fit.Reach));
        return most is < NoSign or > BeyondDoubt;
    }

    private static double Most(AgeEffect?[]? effects, double reach)
    {
        var most = 0.0;
        for (var i = 0; i < (effects?.Length ?? 0); i++)
        {
            if (effects![i] is { } effect && effect.Coefficient * AgeShapes.At((AgeShape)(i % AgeShapes.Count), reach) >= FleetScores.LeastRise)
                most = Math.Max(most, effect.Coefficient / Math.Sqrt(effect.DataVariance + effect.PriorVariance));
        }

        return most;
    }

    // FNV-1a: the same in every process, unlike string.GetHashCode.
    private static uint Turn(DriftSeries series)
    {
        var hash = 2166136261u;
        foreach (var c in series.Host.Name)
            hash = (hash ^ c) * 16777619;
        foreach (var c in series.Method)
            hash = (hash ^ c) * 16777619;
        return hash ^ (hash >> 16);
    }

    private static ulong Pair(float a, float b) => ((ulong)BitConverter.SingleToUInt32Bits(a) << 32) | BitConverter.SingleToUInt32Bits(b);

    private static void Mix(ref ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 29;
    }
}
