namespace FleetConsole.Analysis.Drift;

/// <summary>What a deploy changed, with the settled model's other terms taken out.</summary>
internal sealed partial class PanelFit
{
    // Of the rise with age, and of its change: a factor of 1.6 in a day of bins is one standard deviation.
    private const double RisePrecision = 4;

    /// <summary>
    /// The step of log latency at a deploy, at equal age; and the same beside a rise with age that the deploy may have
    /// changed: a version that ends a drift or brings one also changes the level, and is no step. The deploy's own column
    /// has no prior here; under it, no step could be surer than the prior is wide. Needs <see cref="Settle"/>.
    /// </summary>
    /// <param name="deploy">Number of the deploy, from 0.</param>
    /// <param name="first">First row after it.</param>
    /// <param name="ages">Age shapes, a column each.</param>
    /// <param name="ageRests">Their <see cref="Residual"/>, the same for every deploy.</param>
    public (StepEstimate Step, StepEstimate Beside)? Step(SeriesPanel panel, int deploy, int first, double[][] ages, double[][] ageRests)
    {
        var (own, size) = Freed(panel, deploy);
        double[][] changed = [.. ages.Select(Changed)];
        double[][] columns = [.. ages, .. changed, Changed(null), _y[.._n]];
        double[][] taken = [.. ageRests, .. changed.Select(c => Residual(panel, c)), own, _ry[.._n]];
        double[][] rests = [.. taken.Select((t, k) => ReferenceEquals(t, own) ? own : WithoutStep(columns[k], t, own, size))];
        for (var k = 0; k < ages.Length; k++)
            TakeOut(columns, rests, k);
        var plain = Last(panel, columns, rests);
        for (var k = ages.Length; k < 2 * ages.Length; k++)
            TakeOut(columns, rests, k);
        return plain is { } step && Last(panel, columns, rests) is { } beside ? (step, beside) : null;

        double[] Changed(double[]? age)
        {
            var after = new double[_n];
            for (var i = first; i < _n; i++)
                after[i] = age?[i] ?? 1;
            return after;
        }
    }

    // A column less what all others say of it, its own place among them left out: x - X w = X u / u_j with u = A^-1 e_j,
    // A being the normal equations of all columns. The same for every deploy without factoring anew.
    private (double[] Column, double Size) Freed(SeriesPanel panel, int deploy)
    {
        var u = _v.AsSpan(0, _p);
        u.Clear();
        u[panel.StepAt + deploy] = 1;
        _equations.Solve(u);
        var size = u[panel.StepAt + deploy];
        var column = new double[_n];
        _equations.Residual(panel, column, u, column);
        for (var i = 0; i < _n; i++)
            column[i] /= -size;
        return (column, size);
    }

    // The step's own coefficient in the full fit of a column is given back.
    private double[] WithoutStep(double[] column, double[] taken, double[] own, double size)
    {
        var rest = (double[])taken.Clone();
        Subtract(rest, own, -size * Weighted(_w, own, column));
        return rest;
    }

    private void TakeOut(double[][] columns, double[][] rests, int of)
    {
        var information = Weighted(_w, columns[of], rests[of]) + RisePrecision;
        for (var k = of + 1; k < rests.Length; k++)
            Subtract(rests[k], rests[of], Weighted(_w, columns[of], rests[k]) / information);
    }

    // Of the column before the response.
    private StepEstimate? Last(SeriesPanel panel, double[][] columns, double[][] rests)
    {
        rests[^2].CopyTo(_gt, 0);
        var d = Weighted(_w, _gt, columns[^2]);
        if (d < LeastInformation)
            return null;
        var beta = Weighted(_w, _gt, _y) / d;
        for (var i = 0; i < _n; i++)
            _r[i] = rests[^1][i] - (beta * _gt[i]);
        return new(beta, Clustered(panel, beta, d, 0, _n).DataVariance);
    }
}
