namespace FleetConsole.Analysis.Deploys;

/// <summary>The numbers behind a verdict.</summary>
/// <param name="Fall">The new process's first ages against the old one's last; null without both.</param>
/// <param name="AtEqualAge">New against old version at equal age and comparable load, over all compared ages, each weighing by its age.</param>
/// <param name="AtOldestAge">The same at the largest age that both have reached.</param>
/// <param name="AgeFromSeconds">Youngest age compared.</param>
/// <param name="AgeToSeconds">Oldest age compared.</param>
/// <param name="Bins">Bins compared; of several hosts, the most that one has.</param>
/// <param name="RateBefore">Requests per second of the old version over these ages, a host.</param>
/// <param name="RateAfter">Requests per second of the new version, a host.</param>
/// <param name="Requests">Requests of the new version that were compared.</param>
/// <param name="ProcessesBefore">Processes of the old version that were compared with.</param>
/// <param name="ControlHosts">Hosts in the control group.</param>
/// <param name="Control">What changed on them at the same moment; already taken off the ratios at equal age.</param>
public sealed record DeployComparison(
    LogRatio? Fall,
    LogRatio AtEqualAge,
    LogRatio AtOldestAge,
    double AgeFromSeconds,
    double AgeToSeconds,
    int Bins,
    double RateBefore,
    double RateAfter,
    double Requests,
    int ProcessesBefore,
    int ControlHosts,
    LogRatio? Control);

/// <summary>Why there is not enough data.</summary>
public enum Shortage
{
    /// <summary>The new process is too young.</summary>
    Young,

    /// <summary>There is too little traffic.</summary>
    Traffic,

    /// <summary>The old version has no bins at these ages: its processes lived too short, or Prometheus has forgotten them.</summary>
    OldVersion,

    /// <summary>The interval is too wide for any word.</summary>
    Wide,

    /// <summary>It would be a change if it were the only verdict; among so many, chance gives as much.</summary>
    Chance,
}

/// <summary>What a deploy did to latency.</summary>
public abstract record DeployVerdict
{
    private DeployVerdict()
    {
    }

    /// <summary>The numbers behind it; null where there are none.</summary>
    public DeployComparison? Comparison => this switch
    {
        Improved v => v.Numbers,
        Worse v => v.Numbers,
        Unchanged v => v.Numbers,
        Rejuvenation v => v.Numbers,
        NotEnoughData v => v.Numbers,
        _ => null,
    };

    /// <summary>Faster at equal age.</summary>
    public sealed record Improved(DeployComparison Numbers) : DeployVerdict;

    /// <summary>Slower at equal age.</summary>
    public sealed record Worse(DeployComparison Numbers) : DeployVerdict;

    /// <summary>The same at equal age, and latency did not fall at the restart.</summary>
    public sealed record Unchanged(DeployComparison Numbers) : DeployVerdict;

    /// <summary>Latency fell at the restart, and at equal age it did not: the fall is what any restart gives.</summary>
    public sealed record Rejuvenation(DeployComparison Numbers) : DeployVerdict;

    /// <summary>Nothing can be said yet.</summary>
    /// <param name="Have">Bins at equal age that there are.</param>
    /// <param name="Need">Bins that are needed for a word.</param>
    /// <param name="EnoughAt">Unix seconds when there will be enough; null when time alone will not help, or nobody knows.</param>
    /// <param name="Why">What is short.</param>
    /// <param name="Numbers">What is known so far; null before anything is.</param>
    public sealed record NotEnoughData(int Have, int Need, double? EnoughAt, Shortage Why, DeployComparison? Numbers) : DeployVerdict;

    /// <summary>The source did not answer.</summary>
    /// <param name="Reason">What it said, and the next step.</param>
    public sealed record SourceFailed(string Reason) : DeployVerdict;
}
