namespace FleetConsole.Server.Storage;

/// <summary>A deploy as the tool that makes it told of it.</summary>
internal sealed class AnnouncedDeployRow
{
    public long Id { get; init; }

    public required string Version { get; init; }

    public required string Commit { get; init; }

    public required string Link { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The account whose token was used.</summary>
    public required string AnnouncedBy { get; init; }
}
