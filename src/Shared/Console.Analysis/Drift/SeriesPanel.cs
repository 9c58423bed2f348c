using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// The design of one series: a row for each bin, ten dense columns, and four kinds of indicator columns (three-hour
/// stretch of the day, deploy step, process, day). Indicators are kept as one index a row, which makes the normal
/// equations cost about 90 multiplications a row instead of the 3,200 that 80 dense columns take.
/// </summary>
internal sealed class SeriesPanel
{
    /// <summary>Dense columns: constant, four harmonics, weekend, load, its square, cold start, trend.</summary>
    public const int Dense = 10;

    // Three quarters of a day of bins: a day's load goes up and down in it once.
    public const int YoungBins = 18;

    private const double Hour = 3600;
    private const double Day = 86400;

    public SeriesPanel(AgeBins bins, FitSpan span, DriftOptions options)
    {
        var width = options.BinSeconds;
        Rows = span.Rows(bins, options);
        var n = Rows.Length;
        (Age, Ends, Load, Counts, Block) = (new double[n], new double[n], new double[n], new double[n], new int[n]);
        (X, HourGroup, Process, DayGroup) = (new double[n * Dense], new int[n], new int[n], new int[n]);
        for (var i = 0; i < n; i++)
        {
            Age[i] = bins.AgeSeconds[Rows[i]] / width;
            Ends[i] = bins.Ends[Rows[i]];
            Load[i] = Math.Log(bins.Rates[Rows[i]]);
            Counts[i] = bins.Counts[Rows[i]];
            Block[i] = (int)Math.Floor(Ends[i] / (width * 6));
        }

        HasCalendar = n > 1 && Ends[^1] - Ends[0] >= 12 * Hour;
        Hours = HasCalendar ? 8 : 0;
        Index(bins, width);
        FillDense(width);
    }

    /// <summary>Indices into the bins.</summary>
    public int[] Rows { get; }

    public int Count => Rows.Length;

    /// <summary>Ages in bins.</summary>
    public double[] Age { get; }

    /// <summary>Unix seconds, ascending.</summary>
    public double[] Ends { get; }

    /// <summary>Logarithm of the request rate, centred.</summary>
    public double[] Load { get; }

    public double[] Counts { get; }

    /// <summary>Clusters: stretches of six bins of the calendar, the same on every host.</summary>
    public int[] Block { get; }

    /// <summary>Whether the window is long enough for hours of the day to mean something.</summary>
    public bool HasCalendar { get; }

    /// <summary>Whether there are so few bins that load, hour and age can hardly be told apart.</summary>
    public bool IsYoung => Count < YoungBins;

    /// <summary>Dense columns, row by row; n x <see cref="Dense"/>.</summary>
    public double[] X { get; }

    public int[] HourGroup { get; }

    /// <summary>Number of the row's process, from 0, in the order of time.</summary>
    public int[] Process { get; }

    public int[] DayGroup { get; }

    public int Hours { get; }

    public int Days { get; private set; }

    /// <summary>For each process the number of deploys before it, from 0.</summary>
    public int[] Epoch { get; private set; } = [];

    /// <summary>For each process its index in the bins' list.</summary>
    public int[] ProcessIndex { get; private set; } = [];

    /// <summary>The row with which the newest version begins; 0 when all rows are of one version.</summary>
    public int NewestAt { get; private set; }

    public int Steps => Epoch.Length == 0 ? 0 : Epoch[^1];

    public const int HourAt = Dense;

    public int StepAt => Dense + Hours;

    public int ProcessAt => StepAt + Steps;

    public int DayAt => ProcessAt + Epoch.Length;

    /// <summary>Number of columns.</summary>
    public int Columns => DayAt + Days;

    private void Index(AgeBins bins, double width)
    {
        var processes = new List<int>();
        var epochs = new List<int>();
        var day = long.MinValue;
        var dayIndex = -1;
        for (var i = 0; i < Count; i++)
        {
            var process = bins.Process[Rows[i]];
            if (processes.Count == 0 || processes[^1] != process)
            {
                var deployed = processes.Count > 0 && bins.Processes[processes[^1]].Version != bins.Processes[process].Version;
                epochs.Add(epochs.Count == 0 ? 0 : epochs[^1] + (deployed ? 1 : 0));
                NewestAt = deployed ? i : NewestAt;
                processes.Add(process);
            }

            var of = (long)Math.Floor(Ends[i] / (24 * width));
            if (of != day)
                (day, dayIndex) = (of, dayIndex + 1);
            (Process[i], DayGroup[i]) = (processes.Count - 1, dayIndex);
            HourGroup[i] = HasCalendar ? (int)(Ends[i] / Hour % 24 / 3) : -1;
        }

        (Epoch, ProcessIndex, Days) = ([.. epochs], [.. processes], dayIndex + 1);
    }

    private void FillDense(double width)
    {
        if (Count == 0)
            return;
        var meanLoad = Load.Average();
        var meanSquare = Load.Average(l => (l - meanLoad) * (l - meanLoad));
        var meanEnd = Ends.Average();
        for (var i = 0; i < Count; i++)
        {
            var end = Ends[i];
            var x = X.AsSpan(i * Dense, Dense);
            Load[i] -= meanLoad;
            x[0] = 1;
            if (HasCalendar)
            {
                (x[2], x[1]) = Math.SinCos(end / Hour % 24 * 2 * Math.PI / 24);
                (x[4], x[3]) = (2 * x[1] * x[2], (x[1] * x[1]) - (x[2] * x[2]));
                // 1 January 1970 was a Thursday: Monday is 0.
                x[5] = (Math.Floor(end / Day) + 3) % 7 >= 5 ? 1 : 0;
            }

            (x[6], x[7]) = (Load[i], (Load[i] * Load[i]) - meanSquare);
            x[8] = Math.Exp(-Age[i] / 0.75);
            x[9] = (end - meanEnd) / (24 * width);
        }
    }
}
