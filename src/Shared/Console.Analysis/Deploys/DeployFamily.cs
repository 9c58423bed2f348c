using FleetConsole.Analysis.Drift;

namespace FleetConsole.Analysis.Deploys;

/// <summary>How rare chance has to make a change before it is called one: p-values, at most.</summary>
/// <param name="Together">Of a method on all hosts.</param>
/// <param name="Host">Of a method on one host.</param>
public readonly record struct ChanceLevels(double Together, double Host)
{
    /// <summary>Of a verdict that is the only one: its 95 % interval excludes no change.</summary>
    public static ChanceLevels Alone { get; } = new(0.05, 0.05);
}

/// <summary>
/// All verdicts of one deploy. Two hundred hosts with a hundred methods are twenty thousand verdicts, and at 5 % each a deploy that changed
/// nothing would be worse in five hundred places. So better and worse are said as Benjamini and Hochberg (1995) allow over all of them:
/// those of the hosts together are one family, and those of single hosts another, lest many hosts drown what holds for all.
/// What cannot be judged is no test and counts for none.
/// </summary>
public static class DeployFamily
{
    /// <summary>Judges each alone, finds how rare chance has to make a change among so many, and judges those again that said more.</summary>
    /// <param name="methods">What there is to judge: a method and quantile each.</param>
    /// <param name="judge">Judges one at these levels; called once or twice for each.</param>
    /// <param name="rate">q of Benjamini and Hochberg.</param>
    /// <returns>The verdicts, in the order of <paramref name="methods"/>.</returns>
    public static IReadOnlyList<MethodVerdicts> Judge<T>(IReadOnlyList<T> methods, Func<T, ChanceLevels, MethodVerdicts> judge, double rate)
    {
        var alone = methods.Select(method => judge(method, ChanceLevels.Alone)).ToList();
        var levels = new ChanceLevels(
            Level(alone.Select(verdicts => verdicts.Together), rate),
            Level(alone.SelectMany(verdicts => verdicts.Hosts).Select(host => host.Verdict), rate));
        return [.. methods.Zip(alone, (method, verdicts) => SaysMore(verdicts, levels) ? judge(method, levels) : verdicts)];
    }

    private static double Level(IEnumerable<DeployVerdict> verdicts, double rate)
    {
        var p = verdicts.Select(verdict => verdict.Comparison?.AtEqualAge.P).OfType<double>().Order().ToArray();
        var rejected = FalseDiscovery.Rejected(p, rate);
        return rejected == 0 ? 0 : Math.Min(p[rejected - 1], ChanceLevels.Alone.Host);
    }

    private static bool SaysMore(MethodVerdicts verdicts, ChanceLevels levels) =>
        SaysMore(verdicts.Together, levels.Together) || verdicts.Hosts.Any(host => SaysMore(host.Verdict, levels.Host));

    private static bool SaysMore(DeployVerdict verdict, double level) =>
        verdict is DeployVerdict.Improved or DeployVerdict.Worse && verdict.Comparison?.AtEqualAge.P > level;
}
