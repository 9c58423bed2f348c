using Bunit;
using FleetConsole.Client.Features.Findings;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Findings;

public sealed class FindingsPageTests : PageTest
{
    [Fact]
    public void Open_findings_stand_first_in_the_servers_order_and_resolved_ones_below()
    {
        Server.Findings.Findings.Add(new FindingSummary { Id = 3, Kind = FindingKind.Lockup, State = FindingState.Confirmed, Sentence = "git-4 is locked up.", Scope = "git-4", OpenedAt = At(11, 0) });
        Server.Findings.Findings.Add(new FindingSummary { Id = 1, Kind = FindingKind.Drift, State = FindingState.Suspected, Sentence = "p99 rises.", Scope = "all 2 methods on 4 hosts", Cause = "virtual memory", OpenedAt = At(10, 0) });
        Server.Findings.Findings.Add(new FindingSummary { Id = 2, Kind = FindingKind.Drift, State = FindingState.Resolved, Sentence = "p50 rose.", OpenedAt = At(8, 0), ResolvedAt = At(9, 0), ResolvedBy = "the deploy of 1.0.6" });

        var page = Open<FindingsPage>();

        var open = page.FindAll("[data-testid=findings] li");
        Assert.Equal(["locked up", "suspected drift"], open.Select(li => Text(li.QuerySelector(".state")!)));
        Assert.Equal(["/findings/3", "/findings/1"], open.Select(li => li.QuerySelector("a")!.GetAttribute("href")));
        Assert.Contains("all 2 methods on 4 hosts · moves with virtual memory · since 2026-11-24 10:00:00 UTC", Text(open[1]), StringComparison.Ordinal);
        Assert.Equal(["p50 rose.", "2026-11-24 08:00:00", "2026-11-24 09:00:00", "the deploy of 1.0.6"], Rows(page.Find("[data-testid=resolved]"))[0]);
    }

    [Fact]
    public void A_fleet_without_findings_says_what_was_looked_at()
    {
        Server.Findings.Looks.Add(new DriftLook { At = At(11, 30), BinSeconds = 3600, Steady = 6, NotEnoughData = 2, Fleet = DriftState.Steady });

        var page = Open<FindingsPage>();

        Assert.Equal("Nothing is open.", Text(page.Find("[data-testid=no-findings]")));
        Assert.Equal("The fleet, in bins of 1 h: steady. Last look for drift at 2026-11-24 11:30:00 UTC: of 8 series 0 drifting, 0 suspected, 6 steady, 2 without enough data.", Text(page.Find("[data-testid=look]")));
    }

    [Fact]
    public void A_look_that_failed_says_why_and_that_no_verdict_comes_from_it()
    {
        Server.Findings.Looks.Add(new DriftLook { BinSeconds = 3600, Fleet = DriftState.SourceFailed, Problem = "Prometheus at http://p refused the query: HTTP 422. Query: sum(x)" });

        Assert.Contains("source failed. No newer look: Prometheus at http://p refused the query", Text(Open<FindingsPage>().Find("[data-testid=look]")), StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_and_methods_are_told_by_what_their_series_have_in_common_the_worst_first()
    {
        var look = new DriftLook { At = At(11, 30), BinSeconds = 3600, Fleet = DriftState.Drifting };
        look.Hosts.Add(new DriftGroup { Name = "git-1", State = DriftState.Steady, Members = 2, Ratio = new() { Value = 1.02, Low = 0.9, High = 1.1 } });
        look.Hosts.Add(new DriftGroup { Name = "git-2", State = DriftState.Drifting, Members = 2, Drifting = 1, Suspected = 1, Ratio = new() { Value = 4, Low = 3.6, High = 4.4 } });
        look.Methods.Add(new DriftGroup { Name = "s/RefExists", State = DriftState.NotEnoughData });
        Server.Findings.Looks.Add(look);

        var tables = Open<FindingsPage>().FindAll("[data-testid=groups] table");

        Assert.Equal([["git-2", "drifting", "4.00× (3.60 to 4.40)", "1, 1, 2"], ["git-1", "steady", "1.02× (0.90 to 1.10)", "0, 0, 2"]], Rows(tables[0]));
        Assert.Equal("/findings/series?bins=3600&host=git-2", tables[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal(["s/RefExists", "not enough data", "–", "0, 0, 0"], Rows(tables[1])[0]);
        Assert.Equal("/findings/series?bins=3600&method=s%2FRefExists", tables[1].QuerySelector("a")!.GetAttribute("href"));
    }
}
