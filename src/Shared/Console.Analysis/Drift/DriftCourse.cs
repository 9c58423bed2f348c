namespace FleetConsole.Analysis.Drift;

/// <summary>A finding's fitted course over process age, for a chart.</summary>
/// <param name="AgeSeconds">Ages in seconds, ascending from 0; n of them.</param>
/// <param name="Seconds">Latency in seconds at each; n of them.</param>
/// <param name="Low">Lower end of its pointwise 95 % interval; n of them.</param>
/// <param name="High">Upper end; n of them.</param>
public sealed record DriftCourse(double[] AgeSeconds, double[] Seconds, double[] Low, double[] High)
{
    /// <summary>The course up to an age.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="reachSeconds">The largest age; not positive: only age 0.</param>
    /// <param name="points">How many ages, 2 or more.</param>
    public static DriftCourse Of(DriftFinding finding, double reachSeconds, int points = 97)
    {
        var evidence = finding.Evidence;
        var course = new DriftCourse(new double[points], new double[points], new double[points], new double[points]);
        for (var i = 0; i < points; i++)
        {
            var age = Math.Max(0, reachSeconds) * i / (points - 1);
            var shape = AgeShapes.At(evidence.Shape, age / evidence.Options.BinSeconds);
            var log = Estimate.Normal(evidence.Coefficient * shape, evidence.Error * shape);
            course.AgeSeconds[i] = age;
            (course.Seconds[i], course.Low[i], course.High[i]) =
                (finding.BaseSeconds * Math.Exp(log.Value), finding.BaseSeconds * Math.Exp(log.Low), finding.BaseSeconds * Math.Exp(log.High));
        }

        return course;
    }
}
