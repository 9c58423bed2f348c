namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// How much two processes of one version differ by themselves, at equal age: where their memory lies, what was cloned
/// first, the hour. No comparison of one process with another is better known than that.
/// </summary>
internal readonly record struct ProcessSpread(double Variance, double Freedom)
{
    // Processes of one version were 5 % apart in the drift model's fleets. It counts as four measurements, so that two
    // processes that happen to be alike do not make the spread nothing.
    private const double PriorDeviation = 0.05;
    private const double PriorFreedom = 4;

    // Two processes share too little below this to say how far apart they are.
    private const int LeastShared = 3;

    /// <summary>Pools all hosts: on one there are rarely more than three processes of a version.</summary>
    public static ProcessSpread Of(IReadOnlyList<RestartedHost> hosts)
    {
        double sum = 0, freedom = 0;
        foreach (var host in hosts)
        {
            var levels = Levels(host);
            if (levels.Count < 2)
                continue;
            var mean = levels.Average();
            sum += levels.Sum(level => (level - mean) * (level - mean));
            freedom += levels.Count - 1;
        }

        return new(((PriorFreedom * PriorDeviation * PriorDeviation) + sum) / (PriorFreedom + freedom), PriorFreedom + freedom);
    }

    /// <summary>The new process against the mean of <paramref name="processes"/> old ones, by spread alone.</summary>
    public LogRatio Between(int processes) => new(0, Variance * (1 + (1.0 / Math.Max(1, processes))), Freedom);

    // Each process's mean distance from the replaced one over the ages that the new one has reached too.
    private static List<double> Levels(RestartedHost host)
    {
        var reached = host.After.Points.Count > 0 ? host.After.Points[^1].Number : -1;
        var levels = new List<double>();
        var replaced = host.Replaced.Points.Where(p => p.Number <= reached).ToDictionary(p => p.Number);
        if (replaced.Count >= LeastShared)
            levels.Add(0);
        foreach (var earlier in host.Earlier)
        {
            var shared = earlier.Points.Where(p => replaced.ContainsKey(p.Number)).ToList();
            if (shared.Count >= LeastShared)
                levels.Add(shared.Average(p => p.Log - replaced[p.Number].Log));
        }

        return levels;
    }
}
