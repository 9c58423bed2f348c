using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using WaveKind = FleetConsole.Contracts.V1.WaveKind;
using WaveShape = FleetConsole.Contracts.V1.WaveShape;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Rows as messages.</summary>
internal static class DeployMessages
{
    public static Deploy Of(DeployRow row, AnnouncedDeployRow? announced, IReadOnlyList<DeployVerdictRow> verdicts)
    {
        var weightiest = DeployHeadline.Weightiest(verdicts);
        return new()
        {
            Id = row.Id,
            Kind = row.Kind switch
            {
                Analysis.Fleet.WaveKind.Deploy => WaveKind.Deploy,
                Analysis.Fleet.WaveKind.Rollback => WaveKind.Rollback,
                _ => WaveKind.Restart,
            },
            Shape = row.Shape switch
            {
                Analysis.Fleet.WaveShape.Full => WaveShape.Full,
                Analysis.Fleet.WaveShape.Staged => WaveShape.Staged,
                Analysis.Fleet.WaveShape.Canary => WaveShape.Canary,
                Analysis.Fleet.WaveShape.Aborted => WaveShape.Aborted,
                _ => WaveShape.Partial,
            },
            FromVersions = { row.FromVersions },
            ToVersion = row.ToVersion,
            FirstRestartAt = At(row.FirstRestartAt),
            LastRestartAt = At(row.LastRestartAt),
            Steps = { row.Steps.Select(Of) },
            Waiting = { row.Waiting },
            Announced = announced is null ? null : Of(announced),
            Verdict = weightiest is null ? Verdict.Unspecified : Of(weightiest.Word),
            Sentence = DeployHeadline.Of(verdicts),
            JudgedAt = row.JudgedAt is { } judged ? At(judged) : null,
        };
    }

    public static Announced Of(AnnouncedDeployRow row) =>
        new() { Version = row.Version, Commit = row.Commit, Link = row.Link, Author = row.Author, At = row.At.ToTimestamp() };

    public static LatencyVerdict Of(DeployVerdictRow row)
    {
        var message = new LatencyVerdict
        {
            Host = row.Host,
            Method = row.Method,
            Quantile = row.Quantile,
            Verdict = Of(row.Word),
            Sentence = DeployWords.Of(row),
            Fall = Ratio(row.Fall, row.FallLow, row.FallHigh),
            AtEqualAge = Ratio(row.Effect, row.EffectLow, row.EffectHigh),
            AtOldestAge = Ratio(row.Oldest, row.OldestLow, row.OldestHigh),
            AgeFromSeconds = row.AgeFrom ?? 0,
            AgeToSeconds = row.AgeTo ?? 0,
            RateBefore = row.RateBefore ?? 0,
            RateAfter = row.RateAfter ?? 0,
            Requests = row.Requests,
            ProcessesBefore = row.ProcessesBefore,
            ControlHosts = row.ControlHosts,
            Bins = row.Bins,
            BinsNeeded = row.BinsNeeded,
            BinSeconds = row.BinSeconds,
            EnoughAt = row.EnoughAt is { } at ? At(at) : null,
        };
        if (row.ControlShift is { } shift)
            message.ControlRatio = Math.Exp(shift);
        return message;
    }

    public static AgeCurves CurvesOf(DeployVerdictRow row) => new()
    {
        Host = row.Host,
        Method = row.Method,
        BeforeAges = ByteString.CopyFrom(row.BeforeAges),
        BeforeSeconds = ByteString.CopyFrom(row.BeforeSeconds),
        AfterAges = ByteString.CopyFrom(row.AfterAges),
        AfterSeconds = ByteString.CopyFrom(row.AfterSeconds),
    };

    private static RolloutStep Of(DeployStep step) =>
        new() { Host = step.Host, At = At(step.At), FromVersion = step.FromVersion, StartedBefore = At(step.StartedBefore) };

    private static Verdict Of(VerdictWord word) => word switch
    {
        VerdictWord.Improved => Verdict.Improved,
        VerdictWord.Worse => Verdict.Worse,
        VerdictWord.Unchanged => Verdict.Unchanged,
        VerdictWord.Rejuvenation => Verdict.Rejuvenation,
        VerdictWord.SourceFailed => Verdict.SourceFailed,
        _ => Verdict.NotEnoughData,
    };

    private static RatioInterval? Ratio(double? value, double? low, double? high) => value is { } v && low is { } l && high is { } h
        ? new() { Ratio = Math.Exp(v), Low = Math.Exp(l), High = Math.Exp(h) }
        : null;

    private static Timestamp At(double unixSeconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000)).ToTimestamp();
}
