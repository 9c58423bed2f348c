using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Harness;

/// <summary>Deploys as the server tells them.</summary>
internal static class SomeDeploys
{
    public const string RefExists = "gitaly.RefService/RefExists";
    public const string FindAllBranchNames = "gitaly.RefService/FindAllBranchNames";

    private static DateTimeOffset Ten { get; } = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);

    /// <summary>A rollout to two of three hosts that is rejuvenation.</summary>
    public static Deploy Partial(long id = 7) => new()
    {
        Id = id,
        Kind = WaveKind.Deploy,
        Shape = WaveShape.Partial,
        FromVersions = { "16.6" },
        ToVersion = "16.7",
        FirstRestartAt = Ten.ToTimestamp(),
        LastRestartAt = Ten.AddMinutes(3).ToTimestamp(),
        Steps =
        {
            new RolloutStep { Host = "git-01", At = Ten.ToTimestamp(), FromVersion = "16.6", StartedBefore = Ten.AddDays(-1).ToTimestamp() },
            new RolloutStep { Host = "git-02", At = Ten.AddMinutes(3).ToTimestamp(), FromVersion = "16.6", StartedBefore = Ten.AddDays(-2).ToTimestamp() },
        },
        Waiting = { "git-03" },
        Verdict = Verdict.Rejuvenation,
        Sentence = "RefExists: p99 fell 75 %, all of it rejuvenation: at equal age it is unchanged (-2 % to +3 %).",
        JudgedAt = Ten.AddHours(1).ToTimestamp(),
        Announced = new() { Version = "16.7", Commit = "0123456789abcdef", Link = "https://ci.example/42", Author = "Ada", At = Ten.ToTimestamp() },
    };

    /// <summary>It with its verdicts: one method judged, one without enough data.</summary>
    public static DeployReply Judged()
    {
        var reply = new DeployReply { Deploy = Partial() };
        foreach (var host in new[] { "", "git-01", "git-02" })
        {
            reply.Verdicts.Add(new LatencyVerdict
            {
                Host = host,
                Method = RefExists,
                Quantile = 0.99,
                Verdict = Verdict.Rejuvenation,
                Sentence = "p99 fell 75 %.",
                Fall = new() { Ratio = 0.25, Low = 0.2, High = 0.3 },
                AtEqualAge = new() { Ratio = 1.01, Low = 0.98, High = 1.03 },
                AtOldestAge = new() { Ratio = 1, Low = 0.9, High = 1.1 },
                AgeFromSeconds = 150,
                AgeToSeconds = 3600,
                RateBefore = 8,
                RateAfter = 9,
                Requests = 5000,
                ProcessesBefore = 3,
                ControlHosts = 1,
                Bins = 12,
                BinsNeeded = 6,
                BinSeconds = 300,
            });
            reply.Verdicts.Add(new LatencyVerdict
            {
                Host = host,
                Method = FindAllBranchNames,
                Quantile = 0.99,
                Verdict = Verdict.NotEnoughData,
                Sentence = "Not enough data.",
                Bins = 2,
                BinsNeeded = 6,
                BinSeconds = 300,
            });
        }

        reply.Curves.Add(Curves("git-01"));
        reply.Curves.Add(Curves("git-02"));
        return reply;
    }

    private static AgeCurves Curves(string host) => new()
    {
        Host = host,
        Method = RefExists,
        BeforeAges = SomeCurves.Pack(150, 450, 86_000),
        BeforeSeconds = SomeCurves.Pack(0.1, 0.1, 0.4),
        AfterAges = SomeCurves.Pack(150, 450),
        AfterSeconds = SomeCurves.Pack(0.1, 0.1),
    };
}
