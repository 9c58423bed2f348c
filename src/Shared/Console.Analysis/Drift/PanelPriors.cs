namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Prior standard deviations of the nuisance terms, in units of log latency. Ridge regression with these is the
/// posterior mean under normal priors (Hoerl and Kennard 1970). Terms that are mostly zero and sometimes large (a step
/// by a deploy, one odd day) have Student-t priors with 3 degrees of freedom, by iterating the precision
/// (nu + 1) / (nu sd^2 + b^2) (Lange, Little and Taylor 1989).
/// </summary>
internal static class PanelPriors
{
    /// <summary>Degrees of freedom of the Student-t priors: heavy tails, finite variance.</summary>
    public const double Nu = 3;

    public const double ThreeHours = 0.04;
    public const double Step = 0.08;
    public const double Process = 0.05;
    public const double Day = 0.03;

    /// <summary>
    /// Rise of log latency for one unit of log load, as far as a young window has not shown it. In half a day load goes one
    /// way, as age does: without a prior, what the one does is laid to the other. Latency of a queue rises with its load
    /// (Kleinrock 1975), and below saturation by far less than in proportion.
    /// </summary>
    public const double LoadOfYoung = 0.25;

    private const double YoungLoad = 0.15;
    private const double YoungLoadSquare = 0.05;

    private const int Load = 6;

    /// <summary>The trend's index among the dense columns; the only one of them with a Student-t prior.</summary>
    public const int Trend = 9;

    // Constant (free), harmonics of 24 h and 12 h, weekend, log load and its square, cold start, trend a day.
    private static readonly double[] DenseSd = [1e3, 0.12, 0.12, 0.06, 0.06, 0.10, 0.4, 0.2, 0.7, 0.03];

    /// <summary>Fills the prior standard deviation of each column of a panel.</summary>
    public static void Fill(SeriesPanel panel, Span<double> sd)
    {
        DenseSd.CopyTo(sd);
        if (panel.IsYoung)
            (sd[Load], sd[Load + 1]) = (YoungLoad, YoungLoadSquare);
        sd[SeriesPanel.HourAt..panel.StepAt].Fill(ThreeHours);
        sd[panel.StepAt..panel.ProcessAt].Fill(Step);
        sd[panel.ProcessAt..panel.DayAt].Fill(Process);
        sd[panel.DayAt..panel.Columns].Fill(Day);
    }
}
