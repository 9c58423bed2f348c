using System.Globalization;
using System.Text;

namespace FleetConsole.DemoFleet.History;

/// <summary>
/// One OpenMetrics text file. The format wants all samples of a metric family together, so each family is collected
/// in a buffer of its own until the file is written.
/// </summary>
internal sealed class OpenMetricsFile
{
    public const double StepSeconds = 60;
    private readonly SortedDictionary<string, (string Type, StringBuilder Text)> _families = new(StringComparer.Ordinal);

    /// <summary>Adds one sample of a counter (name ends in _total), or else of a gauge.</summary>
    public void Add(string name, double value, double at, params (string Name, string Value)[] labels)
    {
        var counter = name.EndsWith("_total", StringComparison.Ordinal);
        var family = counter ? name[..^"_total".Length] : name;
        Line(Family(family, counter ? "counter" : "gauge"), name, labels, null, value, at);
    }

    /// <summary>Adds one sample of a histogram.</summary>
    /// <param name="cumulative">One more than bounds; the last is +Inf.</param>
    public void AddHistogram(string name, double[] bounds, double[] cumulative, double sum, double at, params (string Name, string Value)[] labels)
    {
        var text = Family(name, "histogram");
        for (var b = 0; b < cumulative.Length; b++)
            Line(text, name + "_bucket", labels, b < bounds.Length ? bounds[b].ToString("0.0###", CultureInfo.InvariantCulture) : "+Inf", Math.Floor(cumulative[b]), at);
        Line(text, name + "_count", labels, null, Math.Floor(cumulative[^1]), at);
        Line(text, name + "_sum", labels, null, sum, at);
    }

    public void Write(string path)
    {
        using var writer = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        foreach (var (name, (type, text)) in _families)
        {
            writer.WriteLine($"# TYPE {name} {type}");
            writer.Write(text);
        }

        writer.WriteLine("# EOF");
    }

    private StringBuilder Family(string name, string type)
    {
        if (!_families.TryGetValue(name, out var family))
            _families[name] = family = (type, new StringBuilder());
        return family.Text;
    }

    private static void Line(StringBuilder text, string name, (string Name, string Value)[] labels, string? le, double value, double at)
    {
        text.Append(name).Append('{');
        for (var i = 0; i < labels.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(labels[i].Name).Append("=\"").Append(labels[i].Value).Append('"');
        if (le is not null)
            text.Append(",le=\"").Append(le).Append('"');
        text.Append("} ").Append(CultureInfo.InvariantCulture, $"{value:G10} {at:0}").Append('\n');
    }
}
