using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Storage;

/// <summary>One rolling restart. The row is its truth: the console that starts again goes on from it.</summary>
internal sealed class RolloutRow
{
    public required string Id { get; init; }

    /// <summary>In the order of the restarts.</summary>
    public required List<string> Hosts { get; init; }

    public required int BatchSize { get; init; }

    public required int PauseSeconds { get; init; }

    public required bool Ask { get; init; }

    public required string Reason { get; init; }

    public required string RequestedBy { get; init; }

    public required string RemoteAddress { get; init; }

    /// <summary>The token by which it was asked for: what it may is looked at again before anything is done. Null for a person's session.</summary>
    public long? TokenId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Unique among those of its user.</summary>
    public required string IdempotencyKey { get; init; }

    public required bool SkipsEvidence { get; init; }

    public RolloutPhase Phase { get; set; } = RolloutPhase.Running;

    public string Message { get; set; } = "";

    /// <summary>The batch that is being restarted or is next, from 0.</summary>
    public int Batch { get; set; }

    /// <summary>Counts the resumes after a stop: each tries the failed hosts by new commands.</summary>
    public int Attempt { get; set; }

    /// <summary>Who broke the glass when they let it go on: until it stops or asks again its restarts are theirs. Null when nobody did.</summary>
    public GlassBreaker? GlassBreaker { get; set; }

    /// <summary>When every host of the batch had been restarted; the pause begins then. Null before.</summary>
    public DateTimeOffset? BatchRestartedAt { get; set; }

    /// <summary>What was found after each batch.</summary>
    public List<string> Findings { get; init; } = [];

    public DateTimeOffset? EndedAt { get; set; }

    public IEnumerable<string> HostsOf(int batch) => Hosts.Skip(batch * BatchSize).Take(BatchSize);

    /// <summary>Hosts in a batch: so many, or so many percent of all, rounded up.</summary>
    public static int SizeOf(int hosts, int batchSize, int batchPercent) => batchSize > 0 ? batchSize : (int)Math.Ceiling(hosts * batchPercent / 100.0);

    public int Batches => (Hosts.Count + BatchSize - 1) / BatchSize;

    /// <summary>What the keys of its commands begin with, and no key that a caller chooses.</summary>
    public const string KeyPrefix = "rollout-";

    /// <summary>The key of a host's command: the same command after a restart of the console, another after a resume.</summary>
    public string KeyOf(string host) => FormattableString.Invariant($"{KeyPrefix}{Id}-{Hosts.IndexOf(host)}-{Attempt}");
}

/// <summary>Who answers for restarts that pass without the second person, in a freeze, or before a host has cooled down.</summary>
internal sealed class GlassBreaker
{
    public required string User { get; init; }

    public required string RemoteAddress { get; init; }

    /// <summary>The token by which they did; null for a person's session.</summary>
    public long? TokenId { get; init; }
}
