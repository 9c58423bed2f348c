namespace FleetConsole.Analysis.Drift;

/// <summary>
/// A group's common age effect. Members share their calendar: a busy afternoon is one event on all hosts, so errors are
/// summed over members within each block of the calendar before they are squared, and the priors' part, which stands for
/// steps and trends that all have in common, is taken as fully correlated.
/// </summary>
/// <param name="Mean">The pooled coefficient.</param>
/// <param name="Variance">Its variance.</param>
/// <param name="Between">Variance between members.</param>
/// <param name="DegreesOfFreedom">Effective number of blocks, less one.</param>
internal readonly record struct EffectPool(double Mean, double Variance, double Between, double DegreesOfFreedom)
{
    /// <summary>A group of two has one difference: no variance between members to speak of.</summary>
    public const int LeastMembers = 3;

    public static EffectPool Of(IReadOnlyList<AgeEffect> members)
    {
        var estimates = new double[members.Count];
        var variances = new double[members.Count];
        var (first, last) = (int.MaxValue, int.MinValue);
        for (var i = 0; i < members.Count; i++)
        {
            (estimates[i], variances[i]) = (members[i].Coefficient, members[i].DataVariance + members[i].PriorVariance);
            first = Math.Min(first, members[i].FirstBlock);
            last = Math.Max(last, members[i].FirstBlock + members[i].Share.Length);
        }

        var between = RandomEffects.BetweenVariance(estimates, variances);
        double sum = 0;
        foreach (var v in variances)
            sum += 1 / (v + between);
        var blocks = new double[last - first];
        var shares = new double[last - first];
        double mean = 0, independent = 0, prior = 0, squares = 0;
        for (var i = 0; i < members.Count; i++)
        {
            var w = 1 / (variances[i] + between) / sum;
            mean += w * estimates[i];
            independent += w * w * members[i].DataVariance;
            prior += w * Math.Sqrt(members[i].PriorVariance);
            squares += w * w;
            AddBlocks(members[i], w, first, blocks, shares);
        }

        var joint = SumOfSquares(blocks);
        var variance = Math.Max(joint, independent) + (prior * prior) + (squares * between);
        return new(mean, variance, between, Math.Max(members.Min(m => m.DegreesOfFreedom), (1 / SumOfSquares(shares)) - 1));
    }

    private static void AddBlocks(AgeEffect member, double w, int first, double[] blocks, double[] shares)
    {
        var at = member.FirstBlock - first;
        for (var b = 0; b < member.Share.Length; b++)
        {
            blocks[at + b] += w * member.Influence[b];
            shares[at + b] += w * member.Share[b];
        }
    }

    private static double SumOfSquares(double[] values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value * value;
        return sum;
    }
}
