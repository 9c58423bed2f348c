namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Steps at deploys: latency that differs between versions at equal age. Each host's step is its deploy column's
/// coefficient with all other terms and age taken out; hosts are pooled by method and deploy.
/// </summary>
internal sealed class DeploySteps
{
    private readonly DeployStep?[] _largest;

    private DeploySteps(IReadOnlyList<DeployStep> all, DeployStep?[] largest) => (All, _largest) = (all, largest);

    /// <summary>Every certain step, the largest score first.</summary>
    public IReadOnlyList<DeployStep> All { get; }

    /// <summary>The step of a series, with the time at which its own host was deployed to; null when there is none.</summary>
    public DeployStep? Largest(int series) => _largest[series];

    public static DeploySteps Of(IReadOnlyList<DriftFit> fits, DriftOptions options)
    {
        var byDeploy = new Dictionary<(string Method, string From, string To), List<(int Series, SeriesStep Step)>>();
        for (var i = 0; i < fits.Count; i++)
        {
            foreach (var step in fits[i].Steps)
            {
                var key = (fits[i].Series.Method, step.FromVersion, step.ToVersion);
                if (!byDeploy.TryGetValue(key, out var list))
                    byDeploy[key] = list = [];
                list.Add((i, step));
            }
        }

        var all = new List<DeployStep>();
        var largest = new DeployStep?[fits.Count];
        foreach (var ((method, from, to), members) in byDeploy)
        {
            if (Pooled(method, from, to, members, options) is not { } step)
                continue;
            all.Add(step);
            foreach (var (series, own) in members)
            {
                if (largest[series] is not { } other || Math.Abs(other.Score) < Math.Abs(step.Score))
                    largest[series] = step with { At = own.At };
            }
        }

        return new([.. all.OrderByDescending(s => Math.Abs(s.Score))], largest);
    }

    // Beside a changed rise a true step is less sure by far, and a false one is gone: that is a veto and no second opinion.
    private static DeployStep? Pooled(string method, string from, string to, List<(int Series, SeriesStep Step)> members, DriftOptions options)
    {
        var (change, error) = Mean([.. members.Select(m => m.Step.Step)]);
        var (beside, besideError) = Mean([.. members.Select(m => m.Step.Beside)]);
        var score = change / error;
        return Math.Abs(score) >= options.StepScore && Math.Abs(change) >= Math.Log(options.LeastStep)
            && Math.CopySign(beside / besideError, change * beside) >= options.StepScoreBesideRise
            ? new(method, from, to, members.Min(m => m.Step.At), Estimate.Normal(change, error).Map(Math.Exp), score, members.Count)
            : null;
    }

    // Hosts share their calendar: the error of the mean does not fall below that of the best half of one host.
    private static (double Change, double Error) Mean(StepEstimate[] members)
    {
        var variances = Array.ConvertAll(members, m => m.Variance);
        var (change, error) = RandomEffects.Pool(Array.ConvertAll(members, m => m.Change), variances);
        return (change, Math.Max(error, Math.Sqrt(variances.Min()) / 2));
    }
}

/// <summary>One series' change of log latency at one deploy.</summary>
/// <param name="Step">At equal age.</param>
/// <param name="Beside">At equal age, beside a rise with age that the deploy may have changed.</param>
internal readonly record struct SeriesStep(string FromVersion, string ToVersion, double At, StepEstimate Step, StepEstimate Beside);

/// <summary>A change of log latency and its variance.</summary>
internal readonly record struct StepEstimate(double Change, double Variance);
