using System.ComponentModel;

namespace FleetConsole.Server.Sources.Prometheus;

/// <summary>One series of an answer. Times are Unix seconds, ascending; both arrays have the same length.</summary>
[ImmutableObject(true)]
internal sealed record Series(IReadOnlyDictionary<string, string> Labels, double[] Times, double[] Values)
{
    /// <summary>The label's value; empty when the series has no such label, as in PromQL.</summary>
    public string this[string label] => Labels.GetValueOrDefault(label, "");

    /// <summary>The last value.</summary>
    public double Last => Values[^1];
}
