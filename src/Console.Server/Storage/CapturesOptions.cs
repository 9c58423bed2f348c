using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Storage;

/// <summary>
/// How much is kept of what was captured. Of a host it bounds what is taken, since nothing that the audit trail points to goes by itself; of uploaded
/// files what is kept.
/// </summary>
internal sealed class CapturesOptions
{
    public const string Section = "Captures";

    /// <summary>Captures of one host; uploaded files count as one host's.</summary>
    [Range(1, 100_000)]
    public int MostPerHost { get; init; } = 200;

    [Range(1, 1_000_000)]
    public int MegabytesPerHost { get; init; } = 2048;

    /// <summary>Of uploaded files.</summary>
    [Range(1, 3650)]
    public int KeepDays { get; init; } = 30;
}
