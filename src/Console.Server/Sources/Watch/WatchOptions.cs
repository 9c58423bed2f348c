using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>How far back the console looks for hosts and processes.</summary>
internal sealed class WatchOptions
{
    public const string Section = "Watch";

    [Range(1, 400)]
    public int LookBackDays { get; set; } = 7;
}
