using System.Runtime.InteropServices;
using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Findings;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;
using Google.Protobuf;

namespace FleetConsole.Client.Tests.Features.Findings;

public sealed class FindingPageTests : PageTest
{
    [Fact]
    public void A_drift_shows_its_sentence_numbers_proof_and_what_moves_with_it()
    {
        Server.FindingsById[7] = Drift();

        var page = Open<FindingPage>(parameters => parameters.Add(p => p.Id, 7));

        Assert.Equal("p99 rises 4.0-fold over 24 h of process age.", Text(page.Find("[data-testid=sentence]")));
        Assert.Equal("drifting", Text(page.Find("[data-testid=state]")));
        var numbers = Text(page.Find("[data-testid=numbers]"));
        Assert.Contains("Ratio over 24 h of age 4.00× (3.60 to 4.40)", numbers, StringComparison.Ordinal);
        Assert.Contains("p99 as dashboards show it 5.20×", numbers, StringComparison.Ordinal);
        Assert.Contains("Slope 12.5 ms/h (11.0 to 14.0)", numbers, StringComparison.Ordinal);
        Assert.Contains("2026-11-20 08:00:00 UTC, with 1.0.2", numbers, StringComparison.Ordinal);
        Assert.Contains("holds: restarts reset it", Text(page.Find("[data-testid=proof]")), StringComparison.Ordinal);
        Assert.Equal(["virtual memory", "0.910", "1 h before latency"], Rows(page.Find("[data-testid=co-movements]"))[0]);
        Assert.Equal(["git-1", "s/RefExists", "drifting", "4.00× (3.60 to 4.40)", "1.200", "virtual memory", "14.2"], Rows(page.Find("[data-testid=series]"))[0]);
        Assert.Equal(["2026-11-24 10:00:00", "opened", "p99 rises."], Rows(page.Find("[data-testid=life]"))[0]);
        Assert.Contains("sum by (le) (increase(x[600s]))", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["/hosts/git-1", "/commands", "/deploys"], page.FindAll("[data-testid=actions] a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void A_drift_that_was_kept_before_its_p99_was_known_says_nothing_of_it()
    {
        var earlier = Drift();
        earlier.Drift.ClearRatioP99();
        Server.FindingsById[7] = earlier;

        Assert.DoesNotContain("dashboards", Open<FindingPage>(parameters => parameters.Add(p => p.Id, 7)).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_over_calls_for_no_action()
    {
        var over = Drift();
        over.Summary.State = FindingState.Resolved;
        Server.FindingsById[7] = over;

        Assert.Empty(Open<FindingPage>(parameters => parameters.Add(p => p.Id, 7)).FindAll("[data-testid=actions]"));
    }

    [Fact]
    public void The_chart_has_a_line_a_process_the_fit_and_its_band_on_the_age_axis()
    {
        Server.FindingsById[7] = Drift();

        var charts = Open<FindingPage>(parameters => parameters.Add(p => p.Id, 7)).FindComponents<AgeChart>();

        Assert.Equal(["1.0.2 · 11-20 08:00", "fitted", "95 % band", "95 % band"], charts[0].Instance.Traces.Select(t => t.Name));
        Assert.Equal("virtual memory (bytes)", charts[1].Instance.Quantity);
    }

    [Fact]
    public void An_unknown_finding_says_so()
    {
        var page = Open<FindingPage>(parameters => parameters.Add(p => p.Id, 9));

        Assert.Contains("There is no finding 9.", page.Markup, StringComparison.Ordinal);
    }

    private static FindingReply Drift()
    {
        var began = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        var start = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(began);
        var ratio = new Estimate { Value = 4, Low = 3.6, High = 4.4 };
        return new()
        {
            Summary = new() { Id = 7, Kind = FindingKind.Drift, State = FindingState.Confirmed, Sentence = "p99 rises 4.0-fold over 24 h of process age.", LastSeenAt = At(11, 0) },
            Events = { new FindingEvent { At = At(10, 0), Step = FindingStep.Opened, Note = "p99 rises." } },
            Drift = new()
            {
                BinSeconds = 3600,
                Ratio = ratio,
                RatioP99 = 5.2,
                MillisecondsPerHour = new() { Value = 12.5, Low = 11, High = 14 },
                BeganAt = start,
                BeganIn = "1.0.2",
                Proof = new() { Holds = true, Restarts = 3, Fall = new() { Value = 0.25, Low = 0.2, High = 0.3 }, ExpectedFall = 0.25, Sentence = "3 of 3." },
                CoMovements = { new CoMovement { Metric = "virtual memory", Correlation = 0.91, LeadBins = 1 } },
                Series = { new SeriesVerdict { Host = "git-1", Method = "s/RefExists", State = DriftState.Drifting, Ratio = ratio, AgainstFleet = 1.2, Metric = "virtual memory", Score = 14.2 } },
                ShownHost = "git-1",
                ShownMethod = "s/RefExists",
                Quantile = "p99",
                FitAge = Bytes(0, 3600),
                Fit = Bytes(0.1, 0.2),
                FitLow = Bytes(0.1, 0.19),
                FitHigh = Bytes(0.1, 0.21),
                Curves = { new ProcessCurve { Host = "git-1", Version = "1.0.2", StartedAt = start, Age = Bytes(1800), Seconds = Bytes(0.15) } },
                Metrics = { new MetricCurve { Metric = "virtual memory", Version = "1.0.2", StartedAt = start, Age = Bytes(1800), Values = Bytes(1e9) } },
                Promql = { "sum by (le) (increase(x[600s]))" },
                From = start,
                To = At(11, 0),
            },
        };
    }

    private static ByteString Bytes(params double[] values) => ByteString.CopyFrom(MemoryMarshal.AsBytes<double>(values));
}
