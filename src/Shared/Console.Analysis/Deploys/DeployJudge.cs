namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// Judges what a deploy did to one quantile of one method's latency. A restart lowers latency that rises with age, so a
/// fall at the restart says nothing of the version; the version is what differs at equal age.
/// </summary>
/// <remarks>
/// Bins of equal age are paired and the difference is fitted over age with a level, a slope, a cold start
/// (exp(-age/tau)), the change of log load and of the hour. The effect is its mean over the compared ages, each weighing
/// by its age, so that a slope that was mended shows as far as it has grown. Its interval is never narrower than two
/// processes of one version differ (<see cref="ProcessSpread"/>). Hosts are pooled after DerSimonian and Laird, and
/// as far as their noise is shared more hosts do not average it away (<see cref="SharedNoise"/>). Hosts that were
/// not restarted tell what changed at the same moment anyway (<see cref="ControlShift"/>), and that is taken off.
/// Improved or worse: the 95 % interval excludes no change, chance gives as much rarely enough among the deploy's many verdicts
/// (<see cref="DeployFamily"/>), and the effect reaches the floor. Rejuvenation: neither, and
/// latency fell at the restart by at least the floor, and of that fall the interval leaves the version less than half.
/// Unchanged: neither, and the whole interval lies within the margin.
/// </remarks>
public static class DeployJudge
{
    // What the same hour of two days differs by, as the drift model has it; shared by all hosts, so that more hosts do
    // not average it away. Grows with the time between the two generations up to a day.
    private const double DayDeviation = 0.03;
    private const double DaySeconds = 86400;

    // A version that is left more than half of a fall is not cleared of it.
    private const double RejuvenatedShare = 0.5;

    /// <summary>Judges one method and quantile on all hosts of a deploy.</summary>
    /// <param name="hosts">The deploy's hosts; at least one.</param>
    /// <param name="controls">The processes of hosts that were not restarted.</param>
    /// <param name="firstRestartAt">Unix seconds of the deploy's first restart.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="options">Bins, floor, margin.</param>
    /// <param name="levels">How rare chance has to make a change before it is called one.</param>
    public static MethodVerdicts Judge(
        IReadOnlyList<RestartedHost> hosts, IReadOnlyList<AgeSeries> controls, double firstRestartAt, double now, JudgeOptions options, ChanceLevels levels)
    {
        var spread = ProcessSpread.Of(hosts);
        var control = ControlShift.Of(controls, firstRestartAt, options.Bin.TotalSeconds);
        var compared = hosts.Select(host => Compare(host, spread, options)).ToList();
        var each = hosts.Zip(compared, (host, found) =>
            (host.Host, found is null ? Short(host, now, options) : Decide(Numbers([found], control), options, now, found.BeganAt, levels.Host))).ToList();
        var enough = compared.OfType<Compared>().ToList();
        var together = enough.Count > 0
            ? Decide(Numbers(enough, control), options, now, enough.Min(found => found.BeganAt), levels.Together)
            : Soonest(each.Select(host => host.Item2));
        return new(together, each);
    }

    private static Compared? Compare(RestartedHost host, ProcessSpread spread, JudgeOptions options)
    {
        var pairs = EqualAge.Pair(host, options);
        if (pairs.Count < options.LeastBins)
            return null;
        var equal = EqualAge.Of(pairs, options);
        var between = spread.Between(equal.Processes);
        var days = Math.Min(1, pairs.Average(p => Math.Abs(p.SecondsApart)) / DaySeconds);
        return new(host.After.BeganAt, equal, equal.Weighted.Less(between), equal.Oldest.Less(between), RestartFall.Of(host), 2 * DayDeviation * DayDeviation * days);
    }

    private static DeployComparison Numbers(IReadOnlyList<Compared> hosts, (LogRatio Shift, int Hosts)? control)
    {
        // The calendar, or what the control group says of it, is one for all hosts: it is added once, after pooling.
        var calendar = control?.Shift ?? new LogRatio(0, hosts.Average(host => host.DayVariance), 1000);
        var shared = SharedNoise.Of([.. hosts.Select(host => host.Equal.LeftOver)]);
        var falls = hosts.Select(host => host.Fall).OfType<LogRatio>().ToList();
        return new(
            falls.Count == 0 ? null : LogRatio.Pool(falls),
            LogRatio.Pool([.. hosts.Select(host => host.Effect)]).Widened(shared).Less(calendar),
            LogRatio.Pool([.. hosts.Select(host => host.Oldest)]).Widened(shared).Less(calendar),
            hosts.Min(host => host.Equal.AgeFrom), hosts.Max(host => host.Equal.AgeTo), hosts.Max(host => host.Equal.Bins),
            hosts.Average(host => host.Equal.RateBefore), hosts.Average(host => host.Equal.RateAfter), hosts.Sum(host => host.Equal.Requests),
            hosts.Sum(host => host.Equal.Processes), control?.Hosts ?? 0, control?.Shift);
    }

    private static DeployVerdict Decide(DeployComparison numbers, JudgeOptions options, double now, double beganAt, double level)
    {
        var effect = numbers.AtEqualAge;
        var faster = effect.High < 0 && effect.Value <= Math.Log(1 - options.Floor);
        var slower = effect.Low > 0 && effect.Value >= Math.Log(1 + options.Floor);
        if ((faster || slower) && effect.P <= level)
            return faster ? new DeployVerdict.Improved(numbers) : new DeployVerdict.Worse(numbers);
        if (numbers.Fall is { } fall && fall.High < 0 && fall.Value <= Math.Log(1 - options.Floor)
            && Math.Max(-effect.Low, effect.High) < -fall.Value * RejuvenatedShare)
            return new DeployVerdict.Rejuvenation(numbers);
        if (effect.Low >= Math.Log(1 - options.Margin) && effect.High <= Math.Log(1 + options.Margin))
            return new DeployVerdict.Unchanged(numbers);

        // When it is known depends on what becomes of the other verdicts.
        var chance = faster || slower;
        return new DeployVerdict.NotEnoughData(numbers.Bins, options.LeastBins, chance ? null : NarrowAt(numbers, options, now, beganAt),
            chance ? Shortage.Chance : Shortage.Wide, numbers);
    }

    // Noise falls with the number of bins; when even none of it would leave the interval too wide, time will not help.
    private static double? NarrowAt(DeployComparison numbers, JudgeOptions options, double now, double beganAt)
    {
        var effect = numbers.AtEqualAge;
        var target = Math.Log(1 + options.Margin) - Math.Min(Math.Abs(effect.Value), Math.Log(1 + options.Floor));
        var bins = numbers.Bins * Math.Pow(effect.Half / target, 2);
        var age = bins * options.Bin.TotalSeconds;
        return age > options.LongestAgeSeconds ? null : Math.Max(now + options.Bin.TotalSeconds, beganAt + age);
    }

    private static DeployVerdict.NotEnoughData Short(RestartedHost host, double now, JudgeOptions options)
    {
        var bin = options.Bin.TotalSeconds;
        var have = EqualAge.Pair(host, options).Count;
        var old = host.Before.SelectMany(series => series.Points).Select(p => p.Number).Distinct().Count(n => n < options.MostBins);
        if (old < options.LeastBins)
            return new(have, options.LeastBins, null, Shortage.OldVersion, null);

        // Bins that have come so far, of those that could have: the rest will come at that pace.
        var passed = Math.Max(1, Math.Floor((now - host.After.BeganAt) / bin));
        var missing = options.LeastBins - have;
        return passed >= 2 * options.LeastBins
            ? new(have, options.LeastBins, have == 0 ? null : now + (missing * bin * passed / have), Shortage.Traffic, null)
            : new(have, options.LeastBins, Math.Max(now + bin, host.After.BeganAt + ((options.LeastBins + 1) * bin)), Shortage.Young, null);
    }

    private static DeployVerdict.NotEnoughData Soonest(IEnumerable<DeployVerdict> verdicts) =>
        verdicts.OfType<DeployVerdict.NotEnoughData>().OrderBy(verdict => verdict.EnoughAt ?? double.MaxValue).First();

    private sealed record Compared(double BeganAt, EqualAge Equal, LogRatio Effect, LogRatio Oldest, LogRatio? Fall, double DayVariance);
}
