namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Penalised regression of one series' log quantile on its nuisance terms and one age shape at a time. The age
/// coefficient is had by partialling out (Frisch and Waugh 1933; Lovell 1963). Reweighted for outliers (Huber 1964,
/// 2.5 MAD: 0.4 % of normal residuals are touched), for serial correlation by (1 + rho) / (1 - rho), and the variance is
/// the larger of the model's and a sandwich clustered on blocks of six bins (Cameron, Gelbach and Miller 2008) with each
/// cluster's leverage taken out.
/// </summary>
internal sealed partial class PanelFit
{
    private const double HuberLimit = 2.5;

    // Where a shape hardly changes over the ages seen, its coefficient could be anything: a standard error of 5, a factor of
    // 150, says nothing.
    private const double LeastInformation = 1.0 / 25;

    // Two or three clusters of six bins have hardly a degree of freedom, and the t of one says nothing at any size. The scale of
    // a young series' noise is known from the bins themselves besides; measured on generated fleets, 3 evens the levels out.
    private const double YoungFreedom = 3;

    // Bins of the versions before, to know hours and load by; and of the newest, that a level and a rise leave some over.
    private const int LeastBefore = 12;
    private const int LeastNewest = 5;

    // Three rounds settle the priors on the model without age: with it a step down would be read as drift. One round more with it.
    private const int NullRounds = 3;

    [ThreadStatic]
    private static PanelFit? s_mine;

    private readonly NormalEquations _equations = new();
    private double[] _y = [], _w = [], _w0 = [], _r = [], _sort = [], _linear = [];
    private double[] _sd = [], _lambda = [], _b = [], _v = [], _old = [];
    private double[] _g = [], _gt = [], _go = [], _got = [], _ry = [];
    private double _s2;
    private int _n;
    private int _p;

    /// <summary>One for each thread: its arrays are used over and over.</summary>
    public static PanelFit Mine => s_mine ??= new();

    /// <summary>The fit of a series under one quantile: effects by span and shape, [span x 3 + shape]; null where none can be told.</summary>
    public AgeEffect?[] Effects(SeriesPanel panel, ReadOnlySpan<float> logLatency, double halfWeight, DriftOptions options)
    {
        Settle(panel, logLatency, halfWeight);
        var effects = new AgeEffect?[AgeShapes.Spans * AgeShapes.Count];
        var (old, before) = (OldRows(panel, options), RowsBeforeNewest(panel, options));
        for (var s = 0; s < AgeShapes.Count; s++)
        {
            effects[s] = Whole(panel, (AgeShape)s);
            if (old > 0)
                effects[AgeShapes.Count + s] = Since(panel, (AgeShape)s, old);
            if (before > 0)
                effects[(2 * AgeShapes.Count) + s] = Since(panel, (AgeShape)s, before);
        }

        return effects;
    }

    /// <summary>Weight of each row after <see cref="Settle"/>, over the residual variance.</summary>
    public ReadOnlySpan<double> Weights => _w.AsSpan(0, _n);

    /// <summary>log latency less its median.</summary>
    public ReadOnlySpan<double> Latency => _y.AsSpan(0, _n);

    /// <summary>Median of log latency.</summary>
    public double Middle { get; private set; }

    /// <summary>Reweights until priors, weights and scale have settled, and leaves the equations without age factored.</summary>
    public void Settle(SeriesPanel panel, ReadOnlySpan<float> logLatency, double halfWeight)
    {
        (_n, _p) = (panel.Count, panel.Columns);
        Size();
        var load = panel.IsYoung ? PanelPriors.LoadOfYoung : 0;
        for (var i = 0; i < _n; i++)
        {
            _y[i] = logLatency[panel.Rows[i]] - (load * panel.Load[i]);
            _w[i] = _w0[i] = panel.Counts[i] / (panel.Counts[i] + halfWeight);
            _linear[i] = panel.Age[i] / 24;
        }

        Middle = Median(_y);
        double mean = 0, square = 0;
        for (var i = 0; i < _n; i++)
        {
            _y[i] -= Middle;
            mean += _y[i] / _n;
        }

        for (var i = 0; i < _n; i++)
            square += (_y[i] - mean) * (_y[i] - mean) / _n;
        _s2 = Math.Max(square, 1e-4) * 3;
        PanelPriors.Fill(panel, _sd);
        for (var j = 0; j < _p; j++)
            _lambda[j] = 1 / (_sd[j] * _sd[j]);
        for (var round = 0; round <= NullRounds; round++)
            Round(panel, round == NullRounds);
        for (var i = 0; i < _n; i++)
            _w[i] /= _s2;
        _equations.Factor(panel, _w, _lambda.AsSpan(0, _p), default);
        PartialOut(panel, _y, _ry, _b);
    }

    private void Round(SeriesPanel panel, bool withAge)
    {
        var p = withAge ? _p + 1 : _p;
        for (var i = 0; i < _n; i++)
            _w[i] /= _s2;
        _lambda[_p] = 1e-6;
        _equations.Factor(panel, _w, _lambda.AsSpan(0, p), withAge ? _linear.AsSpan(0, _n) : default);
        var b = _b.AsSpan(0, p);
        NormalEquations.Project(panel, _w, _y, b);
        if (withAge)
            b[_p] = Weighted(_w, _linear, _y);
        _equations.Solve(b);
        _equations.Residual(panel, _y, b, _r);
        if (withAge)
        {
            for (var i = 0; i < _n; i++)
                _r[i] -= _linear[i] * b[_p];
        }

        Reweight();
        Adapt(panel, b, withAge);
    }

    private void Reweight()
    {
        for (var i = 0; i < _n; i++)
            _v[i] = Math.Abs(_r[i]);
        var mad = (1.4826 * Median(_v)) + 1e-3;
        double sum = 0, squares = 0, product = 0, before = 0;
        for (var i = 0; i < _n; i++)
        {
            _w[i] = _w0[i] * Math.Min(1, HuberLimit * mad / Math.Max(Math.Abs(_r[i]), 1e-9));
            var rooted = _r[i] * Math.Sqrt(_w[i]);
            sum += _w[i];
            squares += rooted * rooted;
            product += rooted * before;
            before = rooted;
        }

        // .9: beyond it two weeks hold fewer than 20 independent bins and the inflation is a guess.
        var rho = Math.Clamp(product / Math.Max(squares, 1e-9), 0, 0.9);
        _s2 = Math.Max(squares / Math.Max(sum, 1e-9), 1e-4) * (1 + rho) / (1 - rho);
    }

    private void Adapt(SeriesPanel panel, ReadOnlySpan<double> b, bool withAge)
    {
        AdaptOne(PanelPriors.Trend, b, withAge);
        for (var j = SeriesPanel.HourAt; j < _p; j++)
            AdaptOne(j, b, withAge);
    }

    private void AdaptOne(int j, ReadOnlySpan<double> b, bool withAge)
    {
        var fresh = (PanelPriors.Nu + 1) / ((PanelPriors.Nu * _sd[j] * _sd[j]) + (b[j] * b[j]));
        _lambda[j] = withAge ? Math.Min(_lambda[j], fresh) : fresh;
    }

    private AgeEffect? Whole(SeriesPanel panel, AgeShape shape)
    {
        for (var i = 0; i < _n; i++)
            _g[i] = AgeShapes.At(shape, panel.Age[i]);
        return OfColumn(panel);
    }

    private AgeEffect? OfColumn(SeriesPanel panel)
    {
        var (d, prior) = PartialOut(panel, _g, _gt, _v);
        if (d < LeastInformation)
            return null;
        var beta = Weighted(_w, _gt, _y) / d;
        for (var i = 0; i < _n; i++)
            _r[i] = _ry[i] - (beta * _gt[i]);
        return Clustered(panel, beta, d, prior, _n);
    }

    // The older bins have the same shape with a coefficient of their own, prior sd .5, partialled out as well.
    private AgeEffect? Since(SeriesPanel panel, AgeShape shape, int old)
    {
        const double oldPrecision = 4;
        for (var i = 0; i < _n; i++)
        {
            var g = AgeShapes.At(shape, panel.Age[i]);
            _go[i] = i < old ? g : 0;
            _g[i] = g - _go[i];
        }

        var (oldInformation, _) = PartialOut(panel, _go, _got, _old);
        var so = oldInformation + oldPrecision;
        var (d, _) = PartialOut(panel, _g, _gt, _v);
        var c = Weighted(_w, _got, _g);
        d -= c * c / so;
        if (d < LeastInformation)
            return null;
        var share = c / so;
        double prior = oldPrecision * share * share;
        for (var j = 0; j < _p; j++)
            prior += _lambda[j] * (_v[j] - (_old[j] * share)) * (_v[j] - (_old[j] * share));
        var yo = Weighted(_w, _got, _y) / so;
        var by = 0.0;
        for (var i = 0; i < _n; i++)
            by += _w[i] * (_gt[i] - (_got[i] * share)) * _y[i];
        var beta = by / d;
        for (var i = 0; i < _n; i++)
        {
            _r[i] = _ry[i] - (beta * _gt[i]) - ((yo - (beta * share)) * _got[i]);
            _gt[i] -= _got[i] * share;
        }

        return Clustered(panel, beta, d, prior, _n - old);
    }

    // z~ = z - X v with v = A^-1 X'Wz; returns z'W z~ and the priors' part v' L v.
    private (double Information, double Prior) PartialOut(SeriesPanel panel, double[] z, double[] into, double[] v)
    {
        NormalEquations.Project(panel, _w, z, v);
        _equations.Solve(v.AsSpan(0, _p));
        _equations.Residual(panel, z, v, into);
        double prior = 0;
        for (var j = 0; j < _p; j++)
            prior += _lambda[j] * v[j] * v[j];
        return (Weighted(_w, z, into), prior);
    }

    private AgeEffect Clustered(SeriesPanel panel, double beta, double d, double prior, int bins)
    {
        var first = panel.Block[0];
        var blocks = panel.Block[^1] - first + 1;
        var (influence, share) = (new float[blocks], new float[blocks]);
        double total = 0;
        for (var i = 0; i < _n; i++)
        {
            var b = panel.Block[i] - first;
            influence[b] += (float)(_w[i] * _gt[i] * _r[i]);
            var h = _w[i] * _gt[i] * _gt[i];
            share[b] += (float)h;
            total += h;
        }

        double squares = 0, concentration = 0;
        for (var b = 0; b < blocks; b++)
        {
            share[b] /= (float)Math.Max(total, 1e-12);
            // A cluster with nearly all the information has hardly a residual; .8 bounds the correction at five times.
            influence[b] /= (float)(d * (1 - Math.Min(share[b], 0.8f)));
            squares += influence[b] * influence[b];
            concentration += share[b] * share[b];
        }

        var priorVariance = prior / (d * d);
        var data = Math.Max(squares, Math.Max((1 / d) - priorVariance, 1e-9));
        return new(beta, data, priorVariance, Math.Max(bins < SeriesPanel.YoungBins ? YoungFreedom : 1, (1 / concentration) - 1), first, influence, share);
    }

    private static int OldRows(SeriesPanel panel, DriftOptions options)
    {
        var last = panel.Ends[^1];
        var old = 0;
        while (old < panel.Count && panel.Ends[old] <= last - (options.Recent * options.BinSeconds))
            old++;
        return old > 24 && panel.Count - old > 12 ? old : 0;
    }

    // Where the newest version is as old as the recent window, the two ask the same.
    private static int RowsBeforeNewest(SeriesPanel panel, DriftOptions options)
    {
        var newest = panel.Count - panel.NewestAt;
        return panel.NewestAt >= LeastBefore && newest >= LeastNewest && newest < options.Recent ? panel.NewestAt : 0;
    }

    private double Weighted(double[] w, double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < _n; i++)
            sum += w[i] * a[i] * b[i];
        return sum;
    }

    private double Median(double[] values)
    {
        Array.Copy(values, _sort, _n);
        Array.Sort(_sort, 0, _n);
        return _n % 2 == 1 ? _sort[_n / 2] : (_sort[(_n / 2) - 1] + _sort[_n / 2]) / 2;
    }

    private void Size()
    {
        var n = Math.Max(_n, _p + 1);
        if (_y.Length >= n)
            return;
        n += n / 2;
        (_y, _w, _w0, _r, _sort, _linear) = (new double[n], new double[n], new double[n], new double[n], new double[n], new double[n]);
        (_sd, _lambda, _b, _v, _old) = (new double[n], new double[n], new double[n], new double[n], new double[n]);
        (_g, _gt, _go, _got, _ry) = (new double[n], new double[n], new double[n], new double[n], new double[n]);
    }
}
