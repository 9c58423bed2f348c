using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Client.Features.Audit;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Features.Audit;

public sealed class AuditPageTests : PageTest
{
    [Fact]
    public void An_intent_shows_its_reason_and_an_outcome_its_result()
    {
        Server.AuditRows.Add(Outcome(2, "succeeded", "pid 7 became pid 9."));
        Server.AuditRows.Add(Intent(1));

        var rows = Rows(Open<AuditPage>().Find("[data-testid=audit]"));

        Assert.Equal(["2026-11-24 10:00:02", "olga", "restart", "git-01", "succeeded", "pid 7 became pid 9.", "10.0.0.7"], rows[0]);
        Assert.Equal(["2026-11-24 10:00:01", "olga", "restart", "git-01", "intent", "locked up", "10.0.0.7"], rows[1]);
    }

    [Theory]
    [InlineData("succeeded", false)]
    [InlineData("failed", true)]
    [InlineData("unknown", true)]
    public void An_outcome_other_than_success_is_red(string outcome, bool red)
    {
        Server.AuditRows.Add(Outcome(1, outcome, "What happened."));

        var cell = Open<AuditPage>().FindAll("[data-testid=audit] tbody td").Single(td => td.TextContent == outcome);

        Assert.Equal(red, cell.ClassList.Contains("bad"));
    }

    [Fact]
    public void A_trail_without_rows_says_so()
    {
        var page = Open<AuditPage>();

        Assert.Contains("Nothing has been done to the fleet through this console yet.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=audit]"));
    }

    [Fact]
    public void Older_rows_follow_below_until_there_are_none()
    {
        Record(201);
        var page = Open<AuditPage>();
        Assert.Equal(200, Rows(page.Find("[data-testid=audit]")).Count);

        page.Find("button").Click();

        Assert.Equal([0, 2], Server.AuditAsked);
        Assert.Equal(201, Rows(page.Find("[data-testid=audit]")).Count);
        Assert.Equal("reason 1", Rows(page.Find("[data-testid=audit]"))[^1][5]);
        Assert.Empty(page.FindAll("button"));
    }

    [Fact]
    public void A_new_row_comes_on_top_and_older_ones_that_were_opened_stay()
    {
        Record(201);
        var page = Open<AuditPage>();
        page.Find("button").Click();

        Server.AuditRows.Insert(0, Intent(202));
        Feed.Tell(Changes.Commands);

        page.WaitForAssertion(() => Assert.Equal(202, Rows(page.Find("[data-testid=audit]")).Count));
        Assert.Equal("locked up", Rows(page.Find("[data-testid=audit]"))[0][5]);
        Assert.Equal("reason 1", Rows(page.Find("[data-testid=audit]"))[^1][5]);
    }

    [Fact]
    public void Older_rows_that_cannot_be_had_are_told_and_can_be_asked_for_again()
    {
        Record(201);
        var page = Open<AuditPage>();

        Server.Down = new ApiException(StatusCode.Unavailable, "The console's server cannot be reached.");
        page.Find("button").Click();

        Assert.Equal("The console's server cannot be reached.", Text(page.Find(".mud-alert")));
        Assert.Equal(200, Rows(page.Find("[data-testid=audit]")).Count);

        Server.Down = null;
        page.Find("button").Click();

        Assert.Empty(page.FindAll(".mud-alert"));
        Assert.Equal(201, Rows(page.Find("[data-testid=audit]")).Count);
    }

    private void Record(int rows)
    {
        for (var id = rows; id > 0; id--)
        {
            var row = Intent(id);
            row.Reason = $"reason {id}";
            Server.AuditRows.Add(row);
        }
    }

    private static AuditEntry Intent(long id) => new()
    {
        Id = id,
        At = At(10, 0, (int)(id % 60)),
        Phase = AuditPhase.Intent,
        User = "olga",
        Action = "restart",
        Host = "git-01",
        Reason = "locked up",
        RemoteAddress = "10.0.0.7",
    };

    private static AuditEntry Outcome(long id, string outcome, string detail)
    {
        var entry = Intent(id);
        entry.Phase = AuditPhase.Outcome;
        entry.Outcome = outcome;
        entry.Detail = detail;
        return entry;
    }
}
