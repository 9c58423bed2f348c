using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

/// <summary>What is kept of one host.</summary>
/// <param name="Share">Of the limit that is nearer, number or size: at 1 it is reached.</param>
internal sealed record CaptureUse(string Host, int Count, long Bytes, double Share);

/// <summary>
/// Whether a host's captures leave room for another. Every one of them was taken by a command, to which the audit trail points for ever, so what is
/// full stays full until a person makes room: then nothing more is taken, rather than something taken away.
/// </summary>
internal sealed class CaptureRoom(IOptions<CapturesOptions> options)
{
    /// <summary>From here on pages warn, and capture rules stop: the rest is for people.</summary>
    public const double NearShare = 0.75;

    /// <summary>What is kept of each host that has captures.</summary>
    /// <param name="host">Empty: every host.</param>
    public async Task<IReadOnlyList<CaptureUse>> ReadAsync(ConsoleDb db, string host, CancellationToken cancellationToken)
    {
        var kept = await db.Captures.AsNoTracking().Where(c => c.Host != "" && c.DeletedAt == null && (host == "" || c.Host == host))
            .GroupBy(c => c.Host).Select(g => new { Host = g.Key, Count = g.Count(), Bytes = g.Sum(c => c.SizeBytes) }).ToListAsync(cancellationToken);
        return [.. kept.Select(k => new CaptureUse(k.Host, k.Count, k.Bytes, Math.Max((double)k.Count / options.Value.MostPerHost, k.Bytes / (options.Value.MegabytesPerHost * 1048576.0))))];
    }

    /// <summary>Why nothing more is taken of the host; null when there is room.</summary>
    /// <param name="byRule">A rule asks, not a person.</param>
    public async Task<string?> ProblemAsync(ConsoleDb db, string host, bool byRule, CancellationToken cancellationToken) =>
        await ReadAsync(db, host, cancellationToken) is [var use] && use.Share >= (byRule ? NearShare : 1) ? Words(use) : null;

    /// <summary>How near the host is to its limit, what that means, and who can do what about it.</summary>
    public string Words(CaptureUse use) => string.Create(CultureInfo.InvariantCulture,
        $"{use.Host} keeps {use.Count} captures of {use.Bytes / 1048576.0:N1} MiB, at a limit of {options.Value.MostPerHost} and {options.Value.MegabytesPerHost:N0} MiB: ")
        + (use.Share >= 1 ? "no profile and no dump is taken of it any more, but for the evidence of what replaces its process. " : "capture rules take nothing more of it. ")
        + "The audit trail points to them, so none goes by itself: an administrator deletes some on the page Captures, with a reason, or raises Captures:MostPerHost or Captures:MegabytesPerHost.";
}
