using System.Globalization;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Values with their units as pprof writes them (internal/measurement): time in the unit in which it is at least one, bytes by powers of 1,024,
/// everything else as it is.
/// </summary>
public static class ValueFormat
{
    private static readonly (string Name, double Factor)[] s_bytes =
        [("B", 1), ("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1L << 40), ("PB", 1L << 50)];

    private static readonly (string Name, double Factor)[] s_times = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("hrs", 3600e9)];

    /// <summary>A value, such as <c>30ms</c>, <c>1.68MB</c>, <c>153</c>.</summary>
    public static string Text(long value, SampleType type) => Text(value, type, Math.Abs((double)value));

    /// <summary>A value in the unit that suits another one, so that a column has one unit.</summary>
    public static string Text(long value, SampleType type, double like)
    {
        if (Family(type.Unit) is not var (units, factor))
            return value.ToString(CultureInfo.InvariantCulture);
        var unit = units[0];
        foreach (var larger in units)
            unit = like * factor >= larger.Factor ? larger : unit;
        var text = (value * factor / unit.Factor).ToString("0.##", CultureInfo.InvariantCulture);
        return text is "0" or "-0" ? "0" : text + unit.Name;
    }

    /// <summary>A part of the whole in per cent, such as <c>21.50%</c>.</summary>
    public static string Share(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    /// <summary>A part of the whole; 0 where there is no whole.</summary>
    public static double Part(long value, long total) => total == 0 ? 0 : (double)value / total;

    private static ((string Name, double Factor)[] Units, double Factor)? Family(string unit)
    {
        var singular = unit.Length > 2 ? unit.ToLowerInvariant().TrimEnd('s') : unit.ToLowerInvariant();
        return singular switch
        {
            "b" or "byte" => (s_bytes, 1),
            "kb" or "kbyte" or "kilobyte" => (s_bytes, 1 << 10),
            "mb" or "mbyte" or "megabyte" => (s_bytes, 1 << 20),
            "gb" or "gbyte" or "gigabyte" => (s_bytes, 1 << 30),
            "ns" or "nanosecond" => (s_times, 1),
            "us" or "μs" or "µs" or "microsecond" => (s_times, 1e3),
            "ms" or "millisecond" => (s_times, 1e6),
            "s" or "sec" or "second" => (s_times, 1e9),
            "hr" or "hour" => (s_times, 3600e9),
            _ => null,
        };
    }
}
