namespace FleetConsole.Analysis.Fleet;

/// <summary>Groups the restarts of a fleet into waves.</summary>
public static class RestartWaves
{
    /// <summary>
    /// A longer pause than this begins a new stage of a rollout, and separates restarts that keep the version: a
    /// restart of all hosts pauses for minutes between two of them.
    /// </summary>
    public const double StageSeconds = 1800;

    /// <summary>
    /// Restarts into one version are one rollout while no more than this lies between two of them: a canary is watched
    /// for hours, often for a working day, before the rest follow.
    /// </summary>
    public const double RolloutPauseSeconds = 86400;

    // The share of a fleet up to which a first stage is called a canary.
    private const double CanaryShare = 0.2;

    /// <summary>Finds the waves.</summary>
    /// <param name="incarnations">Processes of any number of hosts, any order.</param>
    /// <returns>The waves, by first restart. A host's first process in view replaced nothing that is known and is in no wave.</returns>
    public static IReadOnlyList<RestartWave> Find(IEnumerable<ProcessIncarnation> incarnations)
    {
        var hosts = incarnations.GroupBy(p => p.Host)
            .Select(host => (IReadOnlyList<ProcessIncarnation>)[.. host.OrderBy(p => p.BeganAt).ThenBy(p => p.FirstSeenAt)]).ToList();
        var restarts = hosts.SelectMany(RestartsOf).OrderBy(r => r.Step.At).ThenBy(r => r.Step.Host.Name, StringComparer.Ordinal).ToList();
        var changes = restarts.Where(r => r.Step.FromVersion != r.ToVersion).ToList();

        var waves = changes.GroupBy(r => r.ToVersion).SelectMany(version => Cut([.. version], changes))
            .Concat(restarts.Except(changes).GroupBy(r => r.ToVersion).SelectMany(version => Cut([.. version], [])))
            .Select(group => Describe(group, hosts));
        return [.. waves.OrderBy(wave => wave.FirstRestartAt)];
    }

    private static IEnumerable<Restart> RestartsOf(IReadOnlyList<ProcessIncarnation> host)
    {
        // A process that never told its version ran, as far as anybody knows, what ran before it.
        var version = host[0].Version;
        var ran = new HashSet<string>(StringComparer.Ordinal) { version };
        for (var i = 1; i < host.Count; i++)
        {
            var to = host[i].Version == ProcessIncarnation.UnknownVersion ? version : host[i].Version;
            var from = version == ProcessIncarnation.UnknownVersion ? to : version;
            yield return new(new WaveStep(host[i], from, host[i - 1].StartedAt), to, Again: ran.Contains(to));
            version = to;
            ran.Add(to);
        }
    }

    // Restarts into one version, by time, cut where one rollout ends and another begins.
    private static IEnumerable<IReadOnlyList<Restart>> Cut(IReadOnlyList<Restart> restarts, IReadOnlyList<Restart> changes)
    {
        var pause = changes.Count > 0 ? RolloutPauseSeconds : StageSeconds;
        var wave = new List<Restart>();
        foreach (var restart in restarts)
        {
            if (wave.Count > 0 && (restart.Step.At - wave[^1].Step.At > pause || IsLeft(wave, restart.Step.At, changes)))
            {
                yield return wave;
                wave = [];
            }

            wave.Add(restart);
        }

        if (wave.Count > 0)
            yield return wave;
    }

    // Whether a host of the wave had gone on to another version before this moment: then the rollout had ended.
    private static bool IsLeft(List<Restart> wave, double at, IReadOnlyList<Restart> changes) => changes.Any(change =>
        change.Step.FromVersion == wave[0].ToVersion && change.Step.At <= at
        && wave.Exists(restart => restart.Step.Host == change.Step.Host && restart.Step.At < change.Step.At));

    private static RestartWave Describe(IReadOnlyList<Restart> group, List<IReadOnlyList<ProcessIncarnation>> hosts)
    {
        var version = group[0].ToVersion;
        var kind = group.All(r => r.Step.FromVersion == version) ? WaveKind.Restart
            : group.Count(r => r.Again) * 2 > group.Count ? WaveKind.Rollback
            : WaveKind.Deploy;
        var taken = group.Select(r => r.Step.Host).ToHashSet();
        var waiting = hosts.Where(host => !taken.Contains(host[0].Host) && Waits(host, group, kind, version)).Select(host => host[0].Host)
            .OrderBy(host => host.Name, StringComparer.Ordinal).ToList();
        return new(kind, ShapeOf(group, waiting.Count, kind, hosts),
            [.. group.Select(r => r.Step.FromVersion).Distinct().Order(StringComparer.Ordinal)], version, [.. group.Select(r => r.Step)], waiting);
    }

    // A host that was seen around the wave's end, and ran something else than the wave's version.
    private static bool Waits(IReadOnlyList<ProcessIncarnation> host, IReadOnlyList<Restart> group, WaveKind kind, string version)
    {
        var (first, last) = (group[0].Step.At, group[^1].Step.At);
        var process = host.LastOrDefault(p => p.BeganAt <= last && p.LastSeenAt >= first);
        return process is not null && (kind == WaveKind.Restart || process.Version != version);
    }

    private static WaveShape ShapeOf(IReadOnlyList<Restart> group, int waiting, WaveKind kind, List<IReadOnlyList<ProcessIncarnation>> hosts)
    {
        var paused = group.Zip(group.Skip(1)).Any(pair => pair.Second.Step.At - pair.First.Step.At > StageSeconds);
        if (waiting == 0)
            return paused ? WaveShape.Staged : WaveShape.Full;
        if (kind == WaveKind.Restart)
            return WaveShape.Partial;
        if (group.Any(restart => TakenBack(restart, hosts)))
            return WaveShape.Aborted;
        var taken = group.Select(r => r.Step.Host).Distinct().Count();
        return taken == 1 || taken <= CanaryShare * (taken + waiting) ? WaveShape.Canary : WaveShape.Partial;
    }

    // Back to what it ran: a host that goes on to a third version was overtaken by the next rollout.
    private static bool TakenBack(Restart restart, List<IReadOnlyList<ProcessIncarnation>> hosts) => hosts
        .Single(host => host[0].Host == restart.Step.Host)
        .FirstOrDefault(p => p.BeganAt > restart.Step.At && p.Version != restart.ToVersion && p.Version != ProcessIncarnation.UnknownVersion)
        ?.Version == restart.Step.FromVersion;

    private sealed record Restart(WaveStep Step, string ToVersion, bool Again);
}
