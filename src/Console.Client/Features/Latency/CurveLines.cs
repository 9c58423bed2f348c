using System.Globalization;
using System.Runtime.InteropServices;
using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Features.Latency;

/// <summary>One row of the table behind a chart: a process's latency in numbers. Seconds.</summary>
public sealed record CurveRow(string Host, string Method, string Version, DateTimeOffset StartedAt, double AgeHours, double First, double Last, double Highest, int Samples);

/// <summary>Curves as lines of a chart and as rows of a table.</summary>
public static class CurveLines
{
    private const string Captured = "captured";
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash"];

    /// <summary>A line for each process; a host's colour stays its own, a method has its dash, the newest process is drawn in full.</summary>
    public static IReadOnlyList<ChartTrace> Of(CurvesReply reply, bool dark)
    {
        var colors = ChartColors.On(dark);
        var hosts = reply.Incarnations.Select(p => p.Host).Distinct().Order(StringComparer.Ordinal).ToList();
        var methods = reply.Curves.Select(c => c.Method).Distinct().Order(StringComparer.Ordinal).ToList();
        var newest = reply.Curves.GroupBy(c => (c.Host, c.Method)).ToDictionary(g => g.Key, g => g.Max(c => c.Incarnation));
        return
        [
            .. reply.Curves.OrderBy(c => c.Incarnation).Select(curve =>
            {
                var process = reply.Incarnations[curve.Incarnation];
                var current = newest[(curve.Host, curve.Method)] == curve.Incarnation;
                var what = curve.Method.Length == 0 ? curve.Host : $"{curve.Host} {curve.Method[(curve.Method.IndexOf('/', StringComparison.Ordinal) + 1)..]}";
                var name = current
                    ? $"{what} · {process.Version}"
                    : $"{what} · {process.Version} · {process.StartedAt.ToDateTimeOffset().ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)}";
                return new ChartTrace(name, what, current,
                    colors[hosts.IndexOf(curve.Host) % colors.Count], Dashes[methods.IndexOf(curve.Method) % Dashes.Length],
                    curve.X.Memory, curve.Y.Memory, Unix(process));
            }),
        ];
    }

    /// <summary>The deploys as marks on a time axis; on either axis where something was captured.</summary>
    public static IReadOnlyList<ChartMark> MarksOf(CurvesReply reply, ChartAxis axis, DateTimeOffset? captured)
    {
        var marks = axis == ChartAxis.Age ? [] : reply.Deploys.Select(deploy => new ChartMark(Unix(deploy.FirstRestartAt.ToDateTimeOffset()), deploy.ToVersion)).ToList();
        if (captured is { } moment && axis == ChartAxis.Time)
            marks.Add(new(Unix(moment), Captured));

        // A capture is of the process that had started last.
        if (captured is { } taken && axis == ChartAxis.Age && reply.Incarnations.Where(process => process.StartedAt.ToDateTimeOffset() <= taken).MaxBy(process => Unix(process)) is { } process)
            marks.Add(new(Unix(taken) - Unix(process), Captured));
        return marks;
    }

    /// <summary>The same as numbers, newest process first.</summary>
    public static IReadOnlyList<CurveRow> RowsOf(CurvesReply reply) =>
        [.. reply.Curves.Where(c => !c.X.IsEmpty).Select(curve => Row(curve, reply.Incarnations[curve.Incarnation])).OrderByDescending(row => row.StartedAt)];

    private static CurveRow Row(Curve curve, ProcessIncarnation process)
    {
        var x = MemoryMarshal.Cast<byte, double>(curve.X.Span);
        var y = MemoryMarshal.Cast<byte, double>(curve.Y.Span);
        var highest = 0.0;
        var samples = 0;
        foreach (var value in y)
        {
            if (!double.IsNaN(value))
                samples++;
            if (value > highest)
                highest = value;
        }

        return new(curve.Host, curve.Method, process.Version, process.StartedAt.ToDateTimeOffset(),
            (x[^1] - Unix(process)) / 3600, y[0], y[^1], highest, samples);
    }

    private static double Unix(ProcessIncarnation process) => Unix(process.StartedAt.ToDateTimeOffset());

    private static double Unix(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds() / 1000.0;
}
