using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>Estimates one series' step at each of its deploys.</summary>
internal static class SeriesSteps
{
    // Bins on either side without which a deploy is not looked at.
    private const int LeastSide = 6;

    /// <param name="model">Settled on the panel.</param>
    public static IReadOnlyList<SeriesStep> Of(PanelFit model, SeriesPanel panel, AgeBins bins)
    {
        var steps = new List<SeriesStep>();
        if (panel.Steps == 0)
            return steps;
        var ages = new[] { AgeShape.Linear, AgeShape.Fast }
            .Select(s => Array.ConvertAll(panel.Age, a => AgeShapes.At(s, a))).ToArray();
        var rests = Array.ConvertAll(ages, a => model.Residual(panel, a));
        for (var i = LeastSide; i <= panel.Count - LeastSide; i++)
        {
            var (q, before) = (panel.Process[i], panel.Process[i - 1]);
            if (panel.Epoch[q] == panel.Epoch[before] || model.Step(panel, panel.Epoch[before], i, ages, rests) is not { } step)
                continue;
            var (from, to) = (bins.Processes[panel.ProcessIndex[before]], bins.Processes[panel.ProcessIndex[q]]);
            steps.Add(new(from.Version, to.Version, to.StartedAt, step.Step, step.Beside));
        }

        return steps;
    }
}
