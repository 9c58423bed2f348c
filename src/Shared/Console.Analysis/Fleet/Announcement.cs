namespace FleetConsole.Analysis.Fleet;

/// <summary>A deploy as the tool that makes it told of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Version">The version, as the servers will report it.</param>
/// <param name="At">Unix seconds of the telling.</param>
public sealed record Announcement(long Id, string Version, double At)
{
    /// <summary>
    /// How long before its first restart a rollout may be told of: a pipeline says what it will do, and people then
    /// approve it, for a day at most.
    /// </summary>
    public const double EarlySeconds = 86400;

    /// <summary>How long after its last restart: a pipeline's last step may be the one that tells.</summary>
    public const double LateSeconds = 3600;

    /// <summary>What was told of a wave: of those for its version, told around its time, the one nearest to its first restart.</summary>
    /// <param name="told">All that was told, any order.</param>
    /// <param name="toVersion">The wave's version.</param>
    /// <param name="firstRestartAt">Unix seconds.</param>
    /// <param name="lastRestartAt">Unix seconds.</param>
    /// <returns>Null when nothing was told of it.</returns>
    public static Announcement? For(IEnumerable<Announcement> told, string toVersion, double firstRestartAt, double lastRestartAt) => told
        .Where(a => a.Version == toVersion && a.At >= firstRestartAt - EarlySeconds && a.At <= lastRestartAt + LateSeconds)
        .MinBy(a => Math.Abs(a.At - firstRestartAt));
}
