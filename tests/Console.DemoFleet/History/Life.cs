namespace FleetConsole.DemoFleet.History;

/// <summary>How a version starts git.</summary>
internal enum SpawnMode
{
    /// <summary>Plain fork: slower with every page table.</summary>
    Fork,

    /// <summary>vfork: constant time.</summary>
    Spawn,
}

/// <summary>One life of one host's server in the made-up past. Instants are Unix seconds; [StartedAt, EndedAt).</summary>
/// <param name="BranchNamesFactor">How much slower FindAllBranchNames is in this version than in 1.0.2.</param>
internal sealed record Life(string Host, double StartedAt, double EndedAt, string Version, SpawnMode Mode, double BranchNamesFactor);

/// <summary>A time in which a host was locked up: nothing completes, calls pile up. [From, To).</summary>
internal sealed record Lockup(string Host, double From, double To);

/// <summary>
/// The demo's past: four deploys (one with a true step in one method, one that fixed the drift), a rollback of the
/// fix, and one host that locked up and was restarted by hand.
/// </summary>
internal sealed record Timeline(double From, double To, IReadOnlyList<Life> Lives, IReadOnlyList<Lockup> Lockups)
{
    public const double DaysBack = 5;
    private const double Day = 86400;
    private const double LockupSeconds = 25 * 60;

    // A rollout goes host by host.
    private const double BetweenHosts = 180;

    private static readonly (double DaysAgo, string Version, SpawnMode Mode, double BranchNames)[] Deploys =
    [
        (5.6, "1.0.2", SpawnMode.Fork, 1),
        (4.2, "1.0.3", SpawnMode.Fork, 1),
        (3.1, "1.0.4", SpawnMode.Fork, 1.7),
        (1.8, "1.0.5", SpawnMode.Spawn, 1.7),
        (0.9, "1.0.4", SpawnMode.Fork, 1.7),
    ];

    /// <summary>The past that ends at <paramref name="now"/> (Unix seconds, on a whole minute).</summary>
    public static Timeline EndingAt(double now, IReadOnlyList<string> hosts)
    {
        var lockup = new Lockup(hosts[2], now - (2.3 * Day), now - (2.3 * Day) + LockupSeconds);
        var lives = new List<Life>();
        for (var h = 0; h < hosts.Count; h++)
        {
            for (var d = 0; d < Deploys.Length; d++)
            {
                var (ago, version, mode, branchNames) = Deploys[d];
                var start = now - (ago * Day) + (h * BetweenHosts);
                var end = d + 1 < Deploys.Length ? now - (Deploys[d + 1].DaysAgo * Day) + (h * BetweenHosts) : now;
                var life = new Life(hosts[h], start, end, version, mode, branchNames);
                if (hosts[h] == lockup.Host && lockup.To > start && lockup.To < end)
                {
                    lives.Add(life with { EndedAt = lockup.To });
                    lives.Add(life with { StartedAt = lockup.To + 4 });
                }
                else
                {
                    lives.Add(life);
                }
            }
        }

        return new(now - (DaysBack * Day), now, lives, [lockup]);
    }
}
