using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Latency;

/// <summary>Fills bins window by window.</summary>
internal sealed class AgeBinning(BinOptions options, double[] bounds, IReadOnlyList<ProcessIncarnation> processes)
{
    // Of a window: two that overlap by more, as where a recording rule with moments of its own takes over, hold the same requests twice.
    private const double TolerableOverlap = 0.1;

    private readonly double _width = options.WidthSeconds;
    private readonly List<double> _ends = [];
    private readonly List<float> _ages = [];
    private readonly List<ushort> _process = [];
    private readonly List<int> _numbers = [];
    private readonly List<float> _counts = [];
    private readonly List<float> _rates = [];
    private readonly List<float> _p99 = [];
    private readonly List<float> _p50 = [];
    private readonly double[] _open = new double[bounds.Length + 1];
    private readonly float[] _rounded = new float[bounds.Length + 1];
    private int _owner = -1;
    private int _number;
    private int _windows;
    private double _ageSum;
    private double _lastEnd = double.NegativeInfinity;
    private double _step;

    /// <summary>Takes up where older bins ended: closed bins are copied, the open one is opened again.</summary>
    public void Take(AgeBins older, double keepFrom)
    {
        var open = older.Open;
        for (var i = 0; i < older.Count; i++)
        {
            var start = older.Processes[older.Process[i]].StartedAt;
            var isOpen = open is not null && i == older.Count - 1 && open.Number == older.Numbers[i] && Same(open.Start, start);
            if (isOpen || older.Ends[i] < keepFrom || Find(start) is not (>= 0 and var owner))
                continue;
            Copy(older, i, owner);
        }

        if (open is null)
            return;
        (_owner, _number, _windows, _ageSum) = (Find(open.Start), open.Number, open.Windows, open.AgeSum);
        (_lastEnd, _step) = (open.LastEnd, open.StepSeconds);
        for (var k = 0; k < _open.Length; k++)
            _open[k] = open.Counts[k];
    }

    public void Add(BucketSamples samples, IReadOnlyList<TimeRange> except)
    {
        var step = samples.StepSeconds;
        var p = 0;
        for (var i = 0; i < samples.Times.Length; i++)
        {
            var end = samples.Times[i];
            while (p + 1 < processes.Count && processes[p + 1].StartedAt <= end)
                p++;
            if (end - (step * (1 - TolerableOverlap)) < _lastEnd || p >= processes.Count || end - step < processes[p].AloneSince)
                continue;
            if (!Countable(samples.Row(i)) || Excluded(except, end - step, end))
                continue;
            Put(p, end, step, samples.Row(i));
        }
    }

    public AgeBins Finish()
    {
        var open = _owner < 0 || _windows == 0
            ? null
            : new OpenBin(processes[_owner].StartedAt, _number, _windows, _ageSum, _lastEnd, _step, Array.ConvertAll(_open, c => (float)c));
        Emit();
        return new(options, bounds, processes,
            new([.. _ends], [.. _ages], [.. _process], [.. _numbers], [.. _counts], [.. _rates], [.. _p99], [.. _p50]), open);
    }

    private void Put(int owner, double end, double step, ReadOnlySpan<float> row)
    {
        var begin = end - step - processes[owner].StartedAt;
        var number = (int)Math.Floor(begin / _width);
        if (owner != _owner || number != _number)
        {
            Emit();
            (_owner, _number, _windows, _ageSum) = (owner, number, 0, 0);
            Array.Clear(_open);
        }

        _windows++;
        _ageSum += begin + (step / 2);
        (_lastEnd, _step) = (end, step);
        for (var k = 0; k < row.Length; k++)
            _open[k] += row[k];
    }

    private void Emit()
    {
        double total = 0;
        foreach (var count in _open)
            total += count;
        if (_owner < 0 || _windows == 0 || total < Math.Max(1, options.LeastCount))
            return;
        for (var k = 0; k < _open.Length; k++)
            _rounded[k] = (float)_open[k];
        _ends.Add(_lastEnd);
        _ages.Add((float)(_ageSum / _windows));
        _process.Add(checked((ushort)_owner));
        _numbers.Add(_number);
        _counts.Add((float)total);
        _rates.Add((float)(total / (_windows * _step)));
        _p99.Add((float)Math.Log(BucketQuantile.Of(0.99, _rounded, bounds)));
        _p50.Add((float)Math.Log(BucketQuantile.Of(0.50, _rounded, bounds)));
    }

    private void Copy(AgeBins older, int i, int owner)
    {
        _ends.Add(older.Ends[i]);
        _ages.Add(older.AgeSeconds[i]);
        _process.Add(checked((ushort)owner));
        _numbers.Add(older.Numbers[i]);
        _counts.Add(older.Counts[i]);
        _rates.Add(older.Rates[i]);
        _p99.Add(older.LogP99[i]);
        _p50.Add(older.LogP50[i]);
    }

    private int Find(double start)
    {
        for (var p = processes.Count - 1; p >= 0; p--)
        {
            if (Same(processes[p].StartedAt, start))
                return p;
        }

        return -1;
    }

    // A start moves by up to a second when the clock is adjusted.
    private static bool Same(double start, double other) => Math.Abs(start - other) <= Incarnations.StartJitterSeconds;

    private static bool Countable(ReadOnlySpan<float> row)
    {
        foreach (var count in row)
        {
            if (!(count >= 0) || float.IsInfinity(count))
                return false;
        }

        return true;
    }

    private static bool Excluded(IReadOnlyList<TimeRange> except, double from, double to)
    {
        for (var i = 0; i < except.Count; i++)
        {
            if (except[i].Touches(from, to))
                return true;
        }

        return false;
    }
}
