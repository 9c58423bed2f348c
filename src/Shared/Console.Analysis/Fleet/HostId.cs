namespace FleetConsole.Analysis.Fleet;

/// <summary>A host's name: the value of the configured host label in Prometheus. Compared ordinally.</summary>
public readonly record struct HostId(string Name)
{
    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
