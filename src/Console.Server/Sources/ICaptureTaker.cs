namespace FleetConsole.Server.Sources;

/// <summary>Takes captures of a host for a rule: through the same gate, rows and audit trail as for a person.</summary>
internal interface ICaptureTaker
{
    /// <summary>Takes them one after the other and returns when the last has ended.</summary>
    /// <param name="host">Its name in Prometheus.</param>
    /// <param name="rule">The rule's name; it stands where a person's would.</param>
    /// <param name="reason">Why it fired, one line.</param>
    /// <param name="kinds">Of <see cref="CaptureKinds"/>, in order.</param>
    /// <returns>Null when one of them was taken; otherwise why the first was not.</returns>
    Task<string?> TakeAsync(string host, string rule, string reason, IReadOnlyList<string> kinds, CancellationToken cancellationToken);
}

/// <summary>What a rule can have taken.</summary>
internal static class CaptureKinds
{
    public const string Profile = "profile";
    public const string Goroutines = "goroutines";
    public const string KernelStacks = "kernel-stacks";
    public const string Perf = "perf";

    public static IReadOnlyList<string> All { get; } = [Profile, Goroutines, KernelStacks, Perf];
}
