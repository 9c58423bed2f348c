namespace FleetConsole.Analysis.Drift;

/// <summary>One way to look at a series: quantile, span and age shape.</summary>
internal readonly record struct AgeView(LatencyQuantile Quantile, AgeSpan Span, AgeShape Shape)
{
    /// <summary>Where it is among <see cref="All"/>.</summary>
    public int Index => (((int)Quantile * AgeShapes.Spans) + (int)Span) * AgeShapes.Count + (int)Shape;

    /// <summary>All of them, in a fixed order.</summary>
    public static IReadOnlyList<AgeView> All { get; } =
    [
        .. from quantile in Enum.GetValues<LatencyQuantile>()
           from span in Enum.GetValues<AgeSpan>()
           from shape in Enum.GetValues<AgeShape>()
           select new AgeView(quantile, span, shape),
    ];
}

/// <summary>What the series of one fleet have in common: pooled age effects by method, by host and over all.</summary>
internal sealed class FleetPools
{
    private static readonly PoolLevel[] Levels = [PoolLevel.Method, PoolLevel.Host, PoolLevel.Fleet];
    private readonly int[][] _groups;
    private readonly Dictionary<string, int>[] _numbers;
    private readonly EffectPool?[][] _pools;

    public FleetPools(IReadOnlyList<DriftFit> fits)
    {
        _numbers = [.. Levels.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
        _groups = [.. Levels.Select((level, l) => fits.Select(f => Number(_numbers[l], Name(f, level))).ToArray())];
        _pools = [.. _numbers.Select(n => new EffectPool?[n.Count * AgeView.All.Count])];
        Parallel.For(0, AgeView.All.Count, view => Fill(fits, view));
    }

    /// <summary>The name of the group that a series belongs to.</summary>
    public static string Name(DriftFit fit, PoolLevel level) => level switch
    {
        PoolLevel.Host => fit.Series.Host.Name,
        PoolLevel.Method => fit.Series.Method,
        _ => "",
    };

    /// <summary>The pool that a series belongs to; null where too few members have the effect.</summary>
    /// <param name="view">Index into <see cref="AgeView.All"/>.</param>
    public EffectPool? Of(PoolLevel level, int series, int view) => At(level, _groups[Index(level)][series], view);

    /// <summary>A group's pool by its name.</summary>
    public EffectPool? Of(PoolLevel level, string name, int view) => At(level, _numbers[Index(level)][name], view);

    private EffectPool? At(PoolLevel level, int group, int view) => _pools[Index(level)][(group * AgeView.All.Count) + view];

    private static int Index(PoolLevel level) => (int)level - (int)PoolLevel.Method;

    private static int Number(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out var number))
            numbers[name] = number = numbers.Count;
        return number;
    }

    private void Fill(IReadOnlyList<DriftFit> fits, int view)
    {
        for (var l = 0; l < Levels.Length; l++)
        {
            var members = new List<AgeEffect>[_numbers[l].Count];
            for (var i = 0; i < fits.Count; i++)
            {
                if (fits[i].Effect(AgeView.All[view]) is { } effect)
                    (members[_groups[l][i]] ??= []).Add(effect);
            }

            for (var g = 0; g < members.Length; g++)
                _pools[l][(g * AgeView.All.Count) + view] = members[g]?.Count >= EffectPool.LeastMembers ? EffectPool.Of(members[g]) : null;
        }
    }
}
