namespace FleetConsole.Architecture.Tests.Harness;

/// <summary>A place that breaks a rule, and why it may.</summary>
internal sealed record Allowed(string Where, string Why)
{
    /// <summary>Fails for every breach that is not allowed, and for every permission that is not needed any more.</summary>
    public static void Only(IReadOnlyList<Allowed> allowed, IEnumerable<string> breaches)
    {
        var found = breaches.Distinct().ToList();
        Assert.All(allowed, a => Assert.NotEmpty(a.Why));
        None(found.Except(allowed.Select(a => a.Where)));
        None(allowed.Select(a => a.Where).Except(found).Select(where => $"{where} keeps to the rule; its permission can go"));
    }

    /// <summary>Fails with every breach in full.</summary>
    public static void None(IEnumerable<string> breaches)
    {
        var found = breaches.Order(StringComparer.Ordinal).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
