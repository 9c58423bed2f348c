namespace FleetConsole.Analysis.Drift;

/// <summary>What can be asked of a settled fit besides its age effects.</summary>
internal sealed partial class PanelFit
{
    /// <summary>Where the latency lies. Needs <see cref="Settle"/>.</summary>
    public FitLevel Level(SeriesPanel panel)
    {
        double weight = 0, log = 0, linear = 0, fast = 0, slow = 0;
        for (var i = 0; i < _n; i++)
        {
            weight += _w[i];
            log += _w[i] * _y[i];
            linear += _w[i] * AgeShapes.At(AgeShape.Linear, panel.Age[i]);
            fast += _w[i] * AgeShapes.At(AgeShape.Fast, panel.Age[i]);
            slow += _w[i] * AgeShapes.At(AgeShape.Slow, panel.Age[i]);
        }

        return new(Middle + (log / weight), linear / weight, fast / weight, slow / weight, 1 / weight);
    }

    /// <summary>A column with all nuisance terms taken out; a new array. Needs <see cref="Settle"/>.</summary>
    public double[] Residual(SeriesPanel panel, double[] column)
    {
        Array.Copy(column, _g, _n);
        PartialOut(panel, _g, _gt, _v);
        return _gt[.._n];
    }

    /// <summary>t of the latency on one column beside all nuisance terms; 0 where there is no telling. Needs <see cref="Settle"/>.</summary>
    public double Statistic(SeriesPanel panel, double[] column)
    {
        var (d, _) = PartialOut(panel, column, _gt, _v);
        return d < LeastInformation ? 0 : Weighted(_w, _gt, _y) / Math.Sqrt(d);
    }

    /// <summary>What the nuisance terms say of a column, by the terms' numbers; good until the next question. Needs <see cref="Settle"/>.</summary>
    public ReadOnlySpan<double> Coefficients(SeriesPanel panel, double[] column)
    {
        PartialOut(panel, column, _gt, _v);
        return _v.AsSpan(0, _p);
    }

    /// <summary>
    /// log latency less its median with everything taken out that depends on neither age, process nor deploy: what is left
    /// is how each process went, at usual load and hour. Needs <see cref="Settle"/>.
    /// </summary>
    public double[] ByProcess(SeriesPanel panel, AgeShape shape)
    {
        for (var i = 0; i < _n; i++)
            _g[i] = AgeShapes.At(shape, panel.Age[i]);
        _lambda[_p] = 1 / FleetScores.PriorVariance;
        _equations.Factor(panel, _w, _lambda.AsSpan(0, _p + 1), _g.AsSpan(0, _n));
        NormalEquations.Project(panel, _w, _y, _b);
        _b[_p] = Weighted(_w, _g, _y);
        _equations.Solve(_b.AsSpan(0, _p + 1));
        _b.AsSpan(panel.StepAt, panel.DayAt - panel.StepAt).Clear();
        _equations.Residual(panel, _y, _b, _r);
        _equations.Factor(panel, _w, _lambda.AsSpan(0, _p), default);
        return _r[.._n];
    }

    private void Subtract(double[] from, double[] column, double times)
    {
        for (var i = 0; i < _n; i++)
            from[i] -= times * column[i];
    }
}
