using System.Numerics;
using System.Runtime.InteropServices;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// X'WX + diag(prior precision) of a <see cref="SeriesPanel"/>, perhaps with one more column, its Cholesky factor, and
/// products with X. Written by hand because MathNet's dense product knows nothing of indicator columns.
/// </summary>
internal sealed class NormalEquations
{
    private double[] _a = [];
    private double[] _group = [];
    private int _p;

    /// <summary>Number of columns, the extra one included.</summary>
    public int Size => _p;

    /// <summary>Builds and factors.</summary>
    /// <param name="weights">Weight of each row.</param>
    /// <param name="precision">Prior precision of each column.</param>
    /// <param name="extra">One more column, last; empty for none.</param>
    public void Factor(SeriesPanel panel, ReadOnlySpan<double> weights, ReadOnlySpan<double> precision, ReadOnlySpan<double> extra)
    {
        _p = precision.Length;
        if (_a.Length < _p * _p)
            _a = new double[_p * _p];
        Array.Clear(_a, 0, _p * _p);
        for (var i = 0; i < panel.Count; i++)
            AddRow(panel, i, weights[i], extra.IsEmpty ? 0 : extra[i], !extra.IsEmpty);
        FillSteps(panel);
        for (var j = 0; j < _p; j++)
            _a[(j * _p) + j] += precision[j];
        Cholesky();
    }

    /// <summary>Solves in place.</summary>
    public void Solve(Span<double> b)
    {
        for (var i = 0; i < _p; i++)
            b[i] = (b[i] - Dot(_a.AsSpan(i * _p, i), b[..i])) / _a[(i * _p) + i];
        for (var i = _p - 1; i >= 0; i--)
        {
            b[i] /= _a[(i * _p) + i];
            Subtract(b[..i], _a.AsSpan(i * _p, i), b[i]);
        }
    }

    /// <summary>X'W z, into a span of as many entries as there are columns; an extra column's entry is left alone.</summary>
    public static void Project(SeriesPanel panel, ReadOnlySpan<double> weights, ReadOnlySpan<double> z, Span<double> into)
    {
        into[..panel.Columns].Clear();
        for (var i = 0; i < panel.Count; i++)
        {
            var wz = weights[i] * z[i];
            var x = panel.X.AsSpan(i * SeriesPanel.Dense, SeriesPanel.Dense);
            for (var j = 0; j < x.Length; j++)
                into[j] += wz * x[j];
            if (panel.HasCalendar)
                into[SeriesPanel.HourAt + panel.HourGroup[i]] += wz;
            into[panel.ProcessAt + panel.Process[i]] += wz;
            into[panel.DayAt + panel.DayGroup[i]] += wz;
        }

        for (var q = 0; q < panel.Epoch.Length; q++)
        {
            for (var e = 0; e < panel.Epoch[q]; e++)
                into[panel.StepAt + e] += into[panel.ProcessAt + q];
        }
    }

    /// <summary>z - X v.</summary>
    public void Residual(SeriesPanel panel, ReadOnlySpan<double> z, ReadOnlySpan<double> v, Span<double> into)
    {
        if (_group.Length < panel.Epoch.Length)
            _group = new double[panel.Epoch.Length];
        for (var q = 0; q < panel.Epoch.Length; q++)
        {
            _group[q] = v[panel.ProcessAt + q];
            for (var e = 0; e < panel.Epoch[q]; e++)
                _group[q] += v[panel.StepAt + e];
        }

        for (var i = 0; i < panel.Count; i++)
        {
            var fit = _group[panel.Process[i]] + v[panel.DayAt + panel.DayGroup[i]];
            if (panel.HasCalendar)
                fit += v[SeriesPanel.HourAt + panel.HourGroup[i]];
            var x = panel.X.AsSpan(i * SeriesPanel.Dense, SeriesPanel.Dense);
            for (var j = 0; j < x.Length; j++)
                fit += x[j] * v[j];
            into[i] = z[i] - fit;
        }
    }

    // The lower triangle only.
    private void AddRow(SeriesPanel panel, int i, double w, double extra, bool hasExtra)
    {
        var x = panel.X.AsSpan(i * SeriesPanel.Dense, SeriesPanel.Dense);
        var process = panel.ProcessAt + panel.Process[i];
        var day = panel.DayAt + panel.DayGroup[i];
        for (var j = 0; j < x.Length; j++)
        {
            var wx = w * x[j];
            for (var k = 0; k <= j; k++)
                _a[(j * _p) + k] += wx * x[k];
            _a[(process * _p) + j] += wx;
            _a[(day * _p) + j] += wx;
        }

        _a[(process * _p) + process] += w;
        _a[(day * _p) + process] += w;
        _a[(day * _p) + day] += w;
        if (panel.HasCalendar)
            AddHour(panel, i, w, x, process, day);
        if (hasExtra)
            AddExtra(panel, i, w * extra, extra, x, process, day);
    }

    private void AddHour(SeriesPanel panel, int i, double w, ReadOnlySpan<double> x, int process, int day)
    {
        var hour = SeriesPanel.HourAt + panel.HourGroup[i];
        for (var j = 0; j < x.Length; j++)
            _a[(hour * _p) + j] += w * x[j];
        _a[(hour * _p) + hour] += w;
        _a[(process * _p) + hour] += w;
        _a[(day * _p) + hour] += w;
    }

    private void AddExtra(SeriesPanel panel, int i, double we, double extra, ReadOnlySpan<double> x, int process, int day)
    {
        var row = _a.AsSpan((_p - 1) * _p, _p);
        for (var j = 0; j < x.Length; j++)
            row[j] += we * x[j];
        row[process] += we;
        row[day] += we;
        row[^1] += we * extra;
        if (panel.HasCalendar)
            row[SeriesPanel.HourAt + panel.HourGroup[i]] += we;
    }

    // A deploy's step is 1 in every process since: its products are sums over those processes' own.
    private void FillSteps(SeriesPanel panel)
    {
        for (var q = 0; q < panel.Epoch.Length; q++)
        {
            var process = panel.ProcessAt + q;
            for (var e = 0; e < panel.Epoch[q]; e++)
            {
                var step = panel.StepAt + e;
                for (var j = 0; j < panel.StepAt; j++)
                    _a[(step * _p) + j] += _a[(process * _p) + j];
                for (var f = 0; f <= e; f++)
                    _a[(step * _p) + panel.StepAt + f] += _a[(process * _p) + process];
                _a[(process * _p) + step] += _a[(process * _p) + process];
                for (var below = panel.DayAt; below < _p; below++)
                    _a[(below * _p) + step] += _a[(below * _p) + process];
            }
        }
    }

    private void Cholesky()
    {
        for (var i = 0; i < _p; i++)
        {
            var row = _a.AsSpan(i * _p, i + 1);
            for (var j = 0; j < i; j++)
                row[j] = (row[j] - Dot(row[..j], _a.AsSpan(j * _p, j))) / _a[(j * _p) + j];
            row[i] = Math.Sqrt(Math.Max(row[i] - Dot(row[..i], row[..i]), 1e-12));
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var va = MemoryMarshal.Cast<double, Vector<double>>(a);
        var vb = MemoryMarshal.Cast<double, Vector<double>>(b);
        var sum = Vector<double>.Zero;
        for (var i = 0; i < va.Length; i++)
            sum += va[i] * vb[i];
        var total = Vector.Sum(sum);
        for (var i = va.Length * Vector<double>.Count; i < a.Length; i++)
            total += a[i] * b[i];
        return total;
    }

    private static void Subtract(Span<double> from, ReadOnlySpan<double> a, double times)
    {
        for (var i = 0; i < from.Length; i++)
            from[i] -= a[i] * times;
    }
}
