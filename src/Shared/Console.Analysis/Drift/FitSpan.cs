using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>Which bins a fit is made of.</summary>
/// <param name="After">Unix seconds; bins end after it.</param>
/// <param name="Until">Unix seconds; bins end by it.</param>
/// <param name="Closed">Only bins into which no window may fall any more: they are the same at every later look.</param>
internal readonly record struct FitSpan(double After, double Until, bool Closed)
{
    /// <summary>Everything that a look at <paramref name="now"/> can see.</summary>
    public static FitSpan At(double now, DriftOptions options) => new(now - (options.Window * options.BinSeconds), now, false);

    /// <summary>
    /// Closed bins by <paramref name="time"/>. The window is shorter by one round: what is older may be gone when a
    /// later look makes this fit again.
    /// </summary>
    public static FitSpan Regular(double time, DriftOptions options) =>
        new(time - ((options.Window - options.RefitEvery) * options.BinSeconds), time, true);

    /// <summary>Indices of the bins that count, ascending.</summary>
    public int[] Rows(AgeBins bins, DriftOptions options)
    {
        var rows = new List<int>(Math.Min(bins.Count, options.Window));
        for (var i = 0; i < bins.Count; i++)
        {
            if (InTime(bins, i) && bins.AgeSeconds[i] >= options.LeastAge * options.BinSeconds
                && bins.Rates[i] > 0 && float.IsFinite(bins.LogP99[i]) && float.IsFinite(bins.LogP50[i]))
                rows.Add(i);
        }

        return [.. rows];
    }

    private bool InTime(AgeBins bins, int i)
    {
        if (bins.Ends[i] <= After || bins.Ends[i] > Until)
            return false;
        return !Closed || bins.Processes[bins.Process[i]].StartedAt + ((bins.Numbers[i] + 1) * bins.Options.WidthSeconds) <= Until;
    }
}
