using System.Runtime.InteropServices;

namespace FleetConsole.Analysis.Fleet;

/// <summary>Finds a host's processes in the start times that were scraped from it.</summary>
public static class Incarnations
{
    /// <summary>
    /// Two start times closer than this are one process: the start is computed from boot time and clock ticks, and
    /// moves by up to a second when the clock is adjusted; 2 s leaves a second of margin, and no supervisor restarts
    /// a Git RPC server twice within it.
    /// </summary>
    public const double StartJitterSeconds = 2;

    /// <summary>
    /// Splits one host's samples into processes.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="times">Unix seconds of the samples, ascending; n of them.</param>
    /// <param name="starts">The process start time at each sample, Unix seconds; NaN where there was no sample; n of them.</param>
    /// <param name="versions">When each version was reported, any order.</param>
    /// <returns>The processes by start, oldest first. Empty when no sample has a start.</returns>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static IReadOnlyList<ProcessIncarnation> Split(
        HostId host,
        ReadOnlySpan<double> times,
        ReadOnlySpan<double> starts,
        IReadOnlyList<VersionSamples> versions)
    {
        if (times.Length != starts.Length)
            throw new ArgumentException($"{times.Length} times for {starts.Length} start times", nameof(starts));

        var lives = new List<Life>();
        for (var i = 0; i < times.Length; i++)
        {
            if (!double.IsFinite(starts[i]))
                continue;
            Observe(lives, times[i], starts[i]);
        }

        lives.Sort((a, b) => a.Start.CompareTo(b.Start));
        var found = new ProcessIncarnation[lives.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var life = lives[i];
            found[i] = new(host, life.Start, life.FirstSeen, life.LastSeen,
                Math.Max(life.Start, life.OlderSeenUntil), VersionOf(life, versions));
        }

        return found;
    }

    private static void Observe(List<Life> lives, double time, double start)
    {
        var index = lives.FindIndex(life => Math.Abs(life.Start - start) <= StartJitterSeconds);
        if (index < 0)
        {
            lives.Add(new Life { Start = start, FirstSeen = time, LastSeen = time, OlderSeenUntil = double.NegativeInfinity });
            index = lives.Count - 1;
        }

        var all = CollectionsMarshal.AsSpan(lives);
        all[index].LastSeen = time;

        // A sample of an older process after a newer one was seen: two processes answer behind one port (a graceful
        // upgrade), and counters flap between the two.
        foreach (ref var life in all)
        {
            if (life.Start > start + StartJitterSeconds)
                life.OlderSeenUntil = time;
        }
    }

    private static string VersionOf(in Life life, IReadOnlyList<VersionSamples> versions)
    {
        var best = ProcessIncarnation.UnknownVersion;
        var most = 0;
        foreach (var version in versions)
        {
            var count = 0;
            foreach (var time in version.Times)
            {
                if (time >= life.FirstSeen && time <= life.LastSeen)
                    count++;
            }

            if (count > most)
                (best, most) = (version.Version, count);
        }

        return best;
    }

    private struct Life
    {
        public double Start;
        public double FirstSeen;
        public double LastSeen;
        public double OlderSeenUntil;
    }
}

/// <summary>The moments (Unix seconds) at which one host reported one version.</summary>
/// <param name="Version">The version label's value.</param>
/// <param name="Times">Unix seconds, any order.</param>
public sealed record VersionSamples(string Version, IReadOnlyList<double> Times);
