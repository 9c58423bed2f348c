using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Latency;

/// <summary>One process's part of a latency series.</summary>
/// <param name="Process">The process; its start is age 0.</param>
/// <param name="Times">Unix seconds, ascending; n of them.</param>
/// <param name="Seconds">Latency in seconds at each time; NaN is a gap, never two in a row, never first or last; n of them.</param>
public sealed record AgeCurve(ProcessIncarnation Process, double[] Times, double[] Seconds)
{
    /// <summary>
    /// Cuts one host's latency series into curves, one for each process. A sample belongs to a process when its whole
    /// rate window (t - window, t] lies in the time in which that process alone answered; a sample whose window reaches
    /// over a restart mixes two processes' counters and belongs to none.
    /// </summary>
    /// <param name="times">Unix seconds, ascending; n of them.</param>
    /// <param name="seconds">Latency in seconds, NaN where there was no traffic; n of them.</param>
    /// <param name="windowSeconds">Length of the rate window of each sample.</param>
    /// <param name="processes">The host's processes by start, as <see cref="Incarnations.Split"/> gives them.</param>
    /// <returns>One curve for each process with at least one sample, in the order of the processes.</returns>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static IReadOnlyList<AgeCurve> Align(
        ReadOnlySpan<double> times,
        ReadOnlySpan<double> seconds,
        double windowSeconds,
        IReadOnlyList<ProcessIncarnation> processes)
    {
        if (times.Length != seconds.Length)
            throw new ArgumentException($"{times.Length} times for {seconds.Length} values", nameof(seconds));

        var curves = new List<AgeCurve>(processes.Count);
        for (var p = 0; p < processes.Count; p++)
        {
            var from = processes[p].AloneSince + windowSeconds;
            var to = p + 1 < processes.Count ? processes[p + 1].BeganAt : double.PositiveInfinity;
            var first = LowerBound(times, from);
            var end = LowerBound(times, to);
            if (Pack(times, seconds, first, end) is var (x, y) && x.Length > 0)
                curves.Add(new(processes[p], x, y));
        }

        return curves;
    }

    private static int LowerBound(ReadOnlySpan<double> times, double value)
    {
        var index = times.BinarySearch(value);
        return index < 0 ? ~index : index;
    }

    private static (double[] X, double[] Y) Pack(ReadOnlySpan<double> times, ReadOnlySpan<double> seconds, int first, int end)
    {
        while (first < end && !double.IsFinite(seconds[first]))
            first++;
        while (first < end && !double.IsFinite(seconds[end - 1]))
            end--;
        if (first >= end)
            return ([], []);

        var x = new List<double>(end - first);
        var y = new List<double>(end - first);
        for (var i = first; i < end; i++)
        {
            var finite = double.IsFinite(seconds[i]);
            if (!finite && double.IsNaN(y[^1]))
                continue;
            x.Add(times[i]);
            y.Add(finite ? seconds[i] : double.NaN);
        }

        return ([.. x], [.. y]);
    }
}
