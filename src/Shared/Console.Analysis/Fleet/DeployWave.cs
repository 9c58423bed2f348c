namespace FleetConsole.Analysis.Fleet;

/// <summary>A wave of restarts after which hosts run another version.</summary>
/// <param name="FirstRestartAt">Unix seconds of the wave's first new process.</param>
/// <param name="LastRestartAt">Unix seconds of its last.</param>
/// <param name="FromVersions">What the hosts ran before, sorted, each once.</param>
/// <param name="ToVersion">What they run after.</param>
/// <param name="Hosts">The hosts that took part, in the order of their restarts.</param>
public sealed record DeployWave(
    double FirstRestartAt,
    double LastRestartAt,
    IReadOnlyList<string> FromVersions,
    string ToVersion,
    IReadOnlyList<HostId> Hosts)
{
    /// <summary>
    /// Restarts to one version belong to one wave while no more than this lies between two of them. Staged rollouts
    /// pause for minutes between hosts; two deploys of one version half an hour apart are two decisions.
    /// </summary>
    public const double MaxGapSeconds = 1800;

    /// <summary>
    /// Groups version changes into waves.
    /// </summary>
    /// <param name="incarnations">Processes of any number of hosts, any order.</param>
    /// <returns>The waves, by first restart. A host's first process in view changes nothing and is in no wave.</returns>
    public static IReadOnlyList<DeployWave> Find(IEnumerable<ProcessIncarnation> incarnations)
    {
        var changes = new List<(double At, string From, string To, HostId Host)>();
        foreach (var host in incarnations.GroupBy(p => p.Host))
        {
            ProcessIncarnation? before = null;
            foreach (var process in host.OrderBy(p => p.StartedAt))
            {
                if (before is not null && before.Version != process.Version)
                    changes.Add((process.StartedAt, before.Version, process.Version, host.Key));
                before = process;
            }
        }

        var waves = new List<DeployWave>();
        foreach (var version in changes.GroupBy(c => c.To))
        {
            var wave = new List<(double At, string From, string To, HostId Host)>();
            foreach (var change in version.OrderBy(c => c.At))
            {
                if (wave.Count > 0 && change.At - wave[^1].At > MaxGapSeconds)
                {
                    waves.Add(Of(wave));
                    wave.Clear();
                }

                wave.Add(change);
            }

            waves.Add(Of(wave));
        }

        waves.Sort((a, b) => a.FirstRestartAt.CompareTo(b.FirstRestartAt));
        return waves;
    }

    private static DeployWave Of(List<(double At, string From, string To, HostId Host)> wave) => new(
        wave[0].At,
        wave[^1].At,
        [.. wave.Select(c => c.From).Distinct().Order(StringComparer.Ordinal)],
        wave[0].To,
        [.. wave.Select(c => c.Host).Distinct()]);
}
