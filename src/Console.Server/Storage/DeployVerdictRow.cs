namespace FleetConsole.Server.Storage;

/// <summary>What a deploy did to one quantile of one method's latency on one host, or on all of them together.</summary>
internal sealed class DeployVerdictRow
{
    public long Id { get; init; }

    public required long DeployId { get; init; }

    /// <summary>Empty: all hosts of the deploy together.</summary>
    public required string Host { get; init; }

    /// <summary>"service/method".</summary>
    public required string Method { get; init; }

    public required double Quantile { get; init; }

    public required VerdictWord Word { get; init; }

    /// <summary>Why there is no verdict; empty when there is one.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The last age before the restart against the first after it, as the natural logarithm of a ratio with its 95 % interval.</summary>
    public double? Fall { get; init; }

    public double? FallLow { get; init; }

    public double? FallHigh { get; init; }

    /// <summary>The new version against the old at equal age, likewise; over all compared ages, the older weighing more.</summary>
    public double? Effect { get; init; }

    public double? EffectLow { get; init; }

    public double? EffectHigh { get; init; }

    /// <summary>The same at the largest age that both have reached.</summary>
    public double? Oldest { get; init; }

    public double? OldestLow { get; init; }

    public double? OldestHigh { get; init; }

    /// <summary>Process ages that were compared, seconds.</summary>
    public double? AgeFrom { get; init; }

    public double? AgeTo { get; init; }

    public double? RateBefore { get; init; }

    public double? RateAfter { get; init; }

    public double Requests { get; init; }

    /// <summary>Processes of the old version that were compared with.</summary>
    public int ProcessesBefore { get; init; }

    public int ControlHosts { get; init; }

    /// <summary>What changed at the same moment on the hosts that were not restarted, as a logarithm; taken off the effect.</summary>
    public double? ControlShift { get; init; }

    /// <summary>Bins compared, and needed for a first word.</summary>
    public int Bins { get; init; }

    public int BinsNeeded { get; init; }

    public double BinSeconds { get; init; }

    /// <summary>Unix seconds at which there will be enough; null when that cannot be told.</summary>
    public double? EnoughAt { get; init; }

    /// <summary>The curves that were compared: age in seconds and latency in seconds, packed float64; for one host only.</summary>
    public byte[] BeforeAges { get; init; } = [];

    public byte[] BeforeSeconds { get; init; } = [];

    public byte[] AfterAges { get; init; } = [];

    public byte[] AfterSeconds { get; init; } = [];
}

/// <summary>A verdict in one word; stored by its number.</summary>
internal enum VerdictWord
{
    NotEnoughData = 0,
    Improved = 1,
    Worse = 2,
    Unchanged = 3,
    Rejuvenation = 4,
    SourceFailed = 5,
}
