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
    /// How long two processes answer behind one port at most: a graceful upgrade lets the old one finish for a minute.
    /// A start that lies further back than this before a sample of the process before it is a clock that is behind.
    /// </summary>
    public const double GracefulSeconds = 60;

    /// <summary>
    /// Splits one host's samples into processes.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="times">Unix seconds of the samples, ascending; n of them.</param>
    /// <param name="starts">The process start time at each sample, Unix seconds; NaN where there was no sample; n of them.</param>
    /// <param name="versions">When each version was reported, any order.</param>
    /// <returns>The processes, oldest first. Empty when no sample has a start.</returns>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static IReadOnlyList<ProcessIncarnation> Split(
        HostId host,
        ReadOnlySpan<double> times,
        ReadOnlySpan<double> starts,
        IReadOnlyList<VersionSamples> versions)
    {
        if (times.Length != starts.Length)
            throw new ArgumentException($"{times.Length} times for {starts.Length} start times", nameof(starts));

        var lives = new List<SeenLife>();
        for (var i = 0; i < times.Length; i++)
        {
            if (double.IsFinite(starts[i]))
                Observe(lives, times[i], starts[i]);
        }

        Order(lives);
        return [.. lives.Select((life, i) => Describe(host, life, lives[..i], versions))];
    }

    /// <summary>
    /// Joins what was known of a host's processes with what a later or overlapping look showed. A process that both
    /// know is one; its version is the later look's when that has one, since it rests on more samples.
    /// </summary>
    /// <param name="known">One host's processes, any order.</param>
    /// <param name="seen">The same host's, from the other look.</param>
    /// <returns>All of them, in the order of <see cref="Split"/>.</returns>
    public static IReadOnlyList<ProcessIncarnation> Merge(IReadOnlyList<ProcessIncarnation> known, IReadOnlyList<ProcessIncarnation> seen)
    {
        var all = known.ToList();
        foreach (var process in seen)
        {
            var index = all.FindIndex(other => Same(other, process));
            if (index < 0)
                all.Add(process);
            else
                all[index] = Join(all[index], process);
        }

        return [.. all.OrderBy(p => p.FirstSeenAt).ThenBy(p => p.StartedAt)];
    }

    /// <summary>Whether two descriptions are of one process: the same host, and starts that differ by no more than the jitter.</summary>
    public static bool Same(ProcessIncarnation a, ProcessIncarnation b) =>
        a.Host == b.Host && Math.Abs(a.StartedAt - b.StartedAt) <= StartJitterSeconds;

    private static void Observe(List<SeenLife> lives, double time, double start)
    {
        var life = lives.Find(known => Math.Abs(known.LatestStart - start) <= StartJitterSeconds);
        if (life is null)
            lives.Add(life = new(start));
        life.LatestStart = start;
        life.Times.Add(time);
    }

    private static ProcessIncarnation Join(ProcessIncarnation known, ProcessIncarnation seen)
    {
        var first = known.FirstSeenAt <= seen.FirstSeenAt ? known : seen;
        return known with
        {
            FirstSeenAt = first.FirstSeenAt,
            LastSeenAt = Math.Max(known.LastSeenAt, seen.LastSeenAt),
            AloneSince = Math.Max(known.AloneSince, seen.AloneSince),
            BeganAt = first.BeganAt,
            Version = seen.Version == ProcessIncarnation.UnknownVersion ? known.Version : seen.Version,
        };
    }

    // By start; but of two that were never seen together the one seen first is the older, whatever its clock said: a
    // host whose clock was ahead and is put right starts its next process "earlier".
    private static void Order(List<SeenLife> lives)
    {
        lives.Sort((a, b) => a.First.CompareTo(b.First));
        for (var i = 1; i < lives.Count; i++)
        {
            for (var k = i; k > 0 && lives[k].First <= lives[k - 1].Last && lives[k].Start < lives[k - 1].Start; k--)
                (lives[k - 1], lives[k]) = (lives[k], lives[k - 1]);
        }
    }

    private static ProcessIncarnation Describe(HostId host, SeenLife life, List<SeenLife> older, IReadOnlyList<VersionSamples> versions)
    {
        // A sample of an older process after this one was seen: two processes answer behind one port (a graceful
        // upgrade), and counters flap between the two.
        var flapping = older.Where(other => other.Last > life.First).Select(other => other.Last).DefaultIfEmpty(double.NegativeInfinity).Max();
        var began = BeganAt(life, older);
        return new(host, life.Start, life.First, life.Last, Math.Max(began, flapping), VersionOf(life, versions)) { BeganAt = began };
    }

    private static double BeganAt(SeenLife life, List<SeenLife> older)
    {
        var before = older.SelectMany(other => other.Times).Where(time => time < life.First).DefaultIfEmpty(double.NegativeInfinity).Max();
        var began = life.Start < before - GracefulSeconds ? before : life.Start;
        return Math.Min(began, life.First);
    }

    private static string VersionOf(SeenLife life, IReadOnlyList<VersionSamples> versions)
    {
        // A scrape that shows this process's start shows its version too. Only when the two were not looked at in the
        // same moments does it count that a version was reported some time in between.
        var exact = MostReported(versions, time => life.Times.BinarySearch(time) >= 0);
        return exact ?? MostReported(versions, time => time >= life.First && time <= life.Last) ?? ProcessIncarnation.UnknownVersion;
    }

    private static string? MostReported(IReadOnlyList<VersionSamples> versions, Func<double, bool> counts) => versions
        .Select(version => (version.Version, Count: version.Times.Count(counts)))
        .Where(found => found.Count > 0)
        .OrderByDescending(found => found.Count).Select(found => found.Version).FirstOrDefault();

    private sealed class SeenLife(double start)
    {
        /// <summary>As first reported.</summary>
        public double Start { get; } = start;

        /// <summary>As last reported: a clock that is slewed for days moves it by more than the jitter in all.</summary>
        public double LatestStart { get; set; } = start;

        /// <summary>Ascending.</summary>
        public List<double> Times { get; } = [];

        public double First => Times[0];

        public double Last => Times[^1];
    }
}

/// <summary>The moments (Unix seconds) at which one host reported one version.</summary>
/// <param name="Version">The version label's value.</param>
/// <param name="Times">Unix seconds, any order.</param>
public sealed record VersionSamples(string Version, IReadOnlyList<double> Times);
