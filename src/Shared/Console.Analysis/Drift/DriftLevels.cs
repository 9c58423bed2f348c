namespace FleetConsole.Analysis.Drift;

/// <summary>The scores from which a fleet's series are suspected and called drifting at one look.</summary>
internal readonly record struct DriftLevels(double Suspected, double Drifting)
{
    /// <summary>
    /// By Benjamini and Hochberg over the series that could be judged. Scores are the best of several shapes, spans and
    /// pools, so q is a setting that was calibrated on generated fleets and no rate that is guaranteed.
    /// </summary>
    public static DriftLevels Of(IEnumerable<DriftScore> scores, DriftOptions options)
    {
        var p = scores.Select(s => StudentScore.UpperTail(s.Score)).ToArray();
        return new(Math.Max(RestartEvidence.LeastScore, Level(p, options.SuspectedRate)), Level(p, options.FalseDiscoveryRate));
    }

    // The critical value q k / m; without any rejection, that at which one series alone would be rejected.
    private static double Level(double[] p, double q)
    {
        if (p.Length == 0)
            return double.PositiveInfinity;
        return StudentScore.FromUpperTail(q * Math.Max(1, FalseDiscovery.Rejected(p, q)) / p.Length);
    }
}
