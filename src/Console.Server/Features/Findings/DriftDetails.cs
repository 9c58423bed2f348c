using System.Globalization;
using System.Runtime.InteropServices;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Latency;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using DriftEstimate = FleetConsole.Analysis.Drift.Estimate;
using Estimate = FleetConsole.Contracts.V1.Estimate;

namespace FleetConsole.Server.Features.Findings;

/// <summary>Everything behind a drift, in the contract's words.</summary>
internal static class DriftDetails
{
    private const int MostSeries = 500;
    private const int MostMetrics = 3;
    private const int CurvePoints = 97;

    public static DriftDetail Of(DriftCause cause, LookData data)
    {
        var (strongest, finding) = cause.Series[0];
        var shown = data.Series.First(s => s.Host == strongest.Host && s.Method == strongest.Method);
        var detail = new DriftDetail
        {
            BinSeconds = data.Options.Bins.WidthSeconds,
            Ratio = Of(finding.Ratio),
            RatioP99 = finding.RatioP99,
            MillisecondsPerHour = Of(finding.MillisecondsPerHour),
            PercentPerDay = Of(finding.PercentPerDay),
            OnsetAgeSeconds = finding.OnsetAgeSeconds,
            BeganAt = At(finding.Since),
            BeganIn = finding.BeganIn.Version,
            Proof = Of(finding.Sawtooth),
            ShownHost = shown.Host.Name,
            ShownMethod = shown.Method,
            Quantile = DriftWords.Quantile(finding),
            From = data.From.ToTimestamp(),
            To = data.To.ToTimestamp(),
            Promql = { data.PromQl },
            CoMovements = { finding.CoMoving.Select(m => new CoMovement { Metric = m.Name, Correlation = m.Correlation, LeadBins = m.LeadBins }) },
            Series = { cause.Series.Take(MostSeries).Select(s => Of(s.Series, s.Finding)) },
            Thresholds = { Thresholds(finding.Evidence) },
        };
        Draw(detail, shown.Bins, finding);
        if (data.Metrics.TryGetValue(shown.Host.Name, out var metrics))
            detail.Metrics.AddRange(MetricLines.Of(metrics, shown.Bins.Processes, DriftCause.Moving(finding).Take(MostMetrics)));
        return detail;
    }

    public static DriftState State(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifting => DriftState.Drifting,
        DriftVerdict.Suspected => DriftState.Suspected,
        DriftVerdict.Steady => DriftState.Steady,
        DriftVerdict.NotEnoughData => DriftState.NotEnoughData,
        _ => DriftState.Unspecified,
    };

    /// <summary>A host's or a method's series together.</summary>
    public static DriftGroup Of(GroupVerdict group)
    {
        DriftEstimate? ratio = group.Verdict switch
        {
            DriftVerdict.Drifting drifting => drifting.Finding.Ratio,
            DriftVerdict.Suspected suspected => suspected.Finding.Ratio,
            DriftVerdict.Steady steady => steady.Ratio,
            _ => null,
        };
        var told = new DriftGroup { Name = group.Name, State = State(group.Verdict), Members = group.Members, Drifting = group.Drifting, Suspected = group.Suspected };

        told.Ratio = ratio is { } known ? Finite(known) : null;
        return told;
    }

    /// <summary>A series, whatever is known of it.</summary>
    public static Contracts.V1.SeriesVerdict Of(Analysis.Drift.SeriesVerdict series)
    {
        if (series.Verdict is DriftVerdict.Drifting { Finding: var certain })
            return Of(series, certain);
        if (series.Verdict is DriftVerdict.Suspected { Finding: var suspected })
            return Of(series, suspected);
        var verdict = new Contracts.V1.SeriesVerdict { Host = series.Host.Name, Method = series.Method, State = State(series.Verdict) };
        if (series.Verdict is DriftVerdict.Steady steady)
            (verdict.Ratio, verdict.Score) = (Finite(steady.Ratio), steady.Score);
        if (series.Verdict is DriftVerdict.NotEnoughData few)
            (verdict.Bins, verdict.BinsNeeded) = (few.Have, few.Need);
        if (series.OutsideBand is { } outside)
            verdict.AgainstFleet = outside.Value;
        return verdict;
    }

    public static Timestamp At(double unixSeconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000)).ToTimestamp();

    // The contract's byte order is that of every machine .NET runs on.
    public static ByteString Bytes(ReadOnlySpan<double> values) => ByteString.CopyFrom(MemoryMarshal.AsBytes(values));

    private static void Draw(DriftDetail detail, AgeBins bins, DriftFinding finding)
    {
        var logs = finding.Evidence.Quantile == LatencyQuantile.P99 ? bins.LogP99 : bins.LogP50;
        double oldest = 0;
        for (int first = 0, end; first < bins.Count; first = end)
        {
            for (end = first; end < bins.Count && bins.Process[end] == bins.Process[first]; end++)
                oldest = Math.Max(oldest, bins.AgeSeconds[end]);
            var process = bins.Processes[bins.Process[first]];
            detail.Curves.Add(new ProcessCurve
            {
                Host = process.Host.Name,
                Version = process.Version,
                StartedAt = At(process.StartedAt),
                Age = Bytes(Array.ConvertAll(bins.AgeSeconds[first..end], age => (double)age)),
                Seconds = Bytes(Array.ConvertAll(logs[first..end], log => Math.Exp(log))),
            });
        }

        var course = FittedCurve.Of(finding, oldest, CurvePoints);
        (detail.FitAge, detail.Fit, detail.FitLow, detail.FitHigh) =
            (Bytes(course.AgeSeconds), Bytes(course.Seconds), Bytes(course.Low), Bytes(course.High));
    }

    private static Contracts.V1.SeriesVerdict Of(Analysis.Drift.SeriesVerdict series, DriftFinding finding)
    {
        var verdict = new Contracts.V1.SeriesVerdict
        {
            Host = series.Host.Name,
            Method = series.Method,
            State = State(series.Verdict),
            Ratio = Of(finding.Ratio),
            Score = finding.Evidence.Score,
            Metric = DriftCause.MetricOf(finding),
        };
        if (finding.AgainstFleet is { } against)
            verdict.AgainstFleet = against.Value;
        return verdict;
    }

    private static Contracts.V1.SawtoothProof Of(Analysis.Drift.SawtoothProof proof) => new()
    {
        Holds = proof.Proven,
        Restarts = proof.Restarts,
        Fall = proof.Restarts > 0 ? new Estimate { Value = Math.Exp(-proof.Fall.Value), Low = Math.Exp(-proof.Fall.High), High = Math.Exp(-proof.Fall.Low) } : null,
        ExpectedFall = Math.Exp(-proof.Predicted),
        Sentence = DriftWords.Proof(proof),
    };

    private static IEnumerable<Threshold> Thresholds(DriftEvidence evidence)
    {
        yield return Of("score of the strongest series", evidence.Score);
        yield return Of("suspected from a score of", evidence.SuspectedFrom);
        yield return Of("drifting from a score of", evidence.DriftingFrom);
        yield return Of("false discovery rate", evidence.Options.FalseDiscoveryRate);
        yield return Of("the same of suspicions", evidence.Options.SuspectedRate);
        yield return Of("coefficient of the age shape", evidence.Coefficient);
        yield return Of("its standard error", evidence.Error);
        yield return new() { Name = "age shape, span, level", Value = $"{evidence.Shape}, {evidence.Span}, {evidence.Level}" };
        yield return Of("bins of the series", evidence.Bins);
        yield return Of("least requests a bin", evidence.Options.Bins.LeastCount);
        yield return Of("least age, bins", evidence.Options.LeastAge);
        yield return Of("window, bins", evidence.Options.Window);
        yield return Of("recent window, bins", evidence.Options.Recent);
        yield return Of("least bins to be suspected", evidence.Options.LeastBins);
        yield return Of("least bins to be called drifting", evidence.Options.LeastBinsToDrift);
        yield return Of("bins between regular fits", evidence.Options.RefitEvery);
    }

    private static Threshold Of(string name, double value) => new() { Name = name, Value = value.ToString("0.####", CultureInfo.InvariantCulture) };

    // Where nothing rises enough to be fitted the ratio may be anything, which is no number to show.
    private static Estimate? Finite(DriftEstimate estimate) => double.IsFinite(estimate.High) ? Of(estimate) : null;

    private static Estimate Of(DriftEstimate estimate) => new() { Value = estimate.Value, Low = estimate.Low, High = estimate.High };
}
