using Xunit.Sdk;
using Xunit.v3;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>
/// First what restarts hosts, then what only looks, while they age, then what needs them old, and last what stops parts of the fleet. Each class also runs
/// alone; in this order none has to wait for age.
/// </summary>
public sealed class ByWhatItDoesToTheFleet : ITestCollectionOrderer
{
    private static readonly string[] Order =
    [
        nameof(OperatorTests), nameof(ControlTests), nameof(GuardRailTests), nameof(ViewerTests), nameof(ScriptTests), nameof(SecurityPolicyTests), nameof(AccessibilityTests), nameof(FindingTests),
        nameof(CaptureTests), nameof(RejuvenationTests), nameof(DeployTests), nameof(OutageTests), nameof(DemoTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Order, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)))];
}
