namespace FleetConsole.Contracts;

/// <summary>
/// The hub that says "this changed, ask again". A message is the method <see cref="Changed"/> with one topic; it
/// carries no data, so that whoever may not see the data learns nothing from it.
/// </summary>
public static class Changes
{
    public const string Path = "/hubs/changes";
    public const string Changed = "changed";

    /// <summary>The fleet's hosts, metrics or sources.</summary>
    public const string Fleet = "fleet";

    /// <summary>A finding was opened, moved on or was seen again.</summary>
    public const string Findings = "findings";

    /// <summary>A command moved on; captures and audit rows may have come with it.</summary>
    public const string Commands = "commands";

    /// <summary>A wave of restarts, or what is known of one.</summary>
    public const string Deploys = "deploys";
}
