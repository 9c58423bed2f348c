using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Captures;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Features.Captures;

public sealed class CapturePageTests : PageTest
{
    public CapturePageTests()
    {
        Server.Captures.Add(new() { Id = 7, Host = "git-1", Kind = "cpu", Seconds = 10, Version = "1.0.7", TakenAt = At(4, 12), ProcessStartedAt = At(1, 0), TakenBy = "olga", Reason = "slow" });
        Server.Captures.Add(new() { Id = 6, Host = "git-1", Kind = "cpu", Seconds = 10, Version = "1.0.7", TakenAt = At(1, 3), ProcessStartedAt = At(1, 0), TakenBy = "olga", Reason = "young" });
        Server.Captures.Add(new() { Id = 5, Host = "git-1", Kind = "goroutines", Version = "1.0.7", TakenAt = At(1, 2), ProcessStartedAt = At(1, 0), TakenBy = "olga", Reason = "young" });
        Server.Flame.Types_.Add(new ProfileType { Type = "cpu", Unit = "nanoseconds" });
        (Server.Flame.Total, Server.Flame.Flame) = ("1.5s", new());
        Server.Flame.Top.Add(new TopFunction { Name = "syscall.forkExec", Flat = "1s", FlatShare = 0.6, Cum = "1.2s", CumShare = 0.8, Matches = true });
        Server.Flame.Top.Add(new TopFunction { Name = "main.serve", Flat = "0.1s", FlatShare = 0.1, Cum = "1.5s", CumShare = 1 });
    }

    [Fact]
    public void A_viewer_sees_that_it_was_taken_and_not_what_it_says()
    {
        var page = Open(7);

        Assert.Contains("permission profile", page.Find("[data-testid=may-not-read]").TextContent, StringComparison.Ordinal);
        Assert.Empty(Server.FlamesAsked);
    }

    [Fact]
    public void A_capture_leads_to_the_chart_of_its_process_around_its_moment() =>
        Assert.Equal("/latency?host=git-1&range=6h&age=6h&captured=2026-11-24T04:12:00Z&until=2026-11-24T04:48:00Z", Open(7).Find("[data-testid=on-chart]").GetAttribute("href"));

    [Fact]
    public void The_address_is_the_whole_view()
    {
        SignIn("olga", Roles.Operator);
        Address.NavigateTo("/captures/7?base=6&type=cpu&focus=42&q=fork.*&label=k%3Dv&group=k&shape=icicle&norm=share&sort=cum");

        var page = Open(7);

        var asked = Assert.Single(Server.FlamesAsked);
        Assert.Equal(new FlameRequest { CaptureId = 7, BaseIds = { 6 }, SampleType = "cpu", Focus = 42, Search = "fork.*", LabelKey = "k", LabelValue = "v", GroupBy = "k", ByShare = true }, asked);
        Assert.Contains("age 3 min 0 s", page.Find("[data-testid=capture-title]").TextContent, StringComparison.Ordinal);
        Assert.True(page.FindComponents<FlameGraph>().Single().Instance is { Icicle: true, Color: FlameColor.Change });
    }

    [Theory]
    [InlineData("", "syscall.forkExec")]
    [InlineData("?sort=cum", "main.serve")]
    public void The_table_is_in_the_order_that_the_address_says(string query, string first)
    {
        SignIn("olga", Roles.Operator);
        Address.NavigateTo($"/captures/7{query}");

        Assert.Equal(first, Rows(Open(7).Find("[data-testid=top]"))[0][4]);
    }

    [Fact]
    public void Only_what_matches_the_search_is_in_the_table()
    {
        SignIn("olga", Roles.Operator);
        Address.NavigateTo("/captures/7?q=fork");

        Assert.Equal("syscall.forkExec", Assert.Single(Rows(Open(7).Find("[data-testid=top]")))[4]);
    }

    [Theory]
    [InlineData("/captures?host=git-1&age=170", "nearest")]
    [InlineData("/captures?command=c-1", "of-command")]
    public void The_address_of_the_list_says_which_captures_come(string address, string said)
    {
        Address.NavigateTo(address);

        var page = Open<CapturesPage>();

        Assert.Equal(said == "nearest" ? new() { Host = "git-1", Age = Duration.FromTimeSpan(TimeSpan.FromSeconds(170)) } : new() { CommandId = "c-1" }, Assert.Single(Server.CapturesAsked));
        Assert.NotEmpty(page.Find($"[data-testid={said}]").TextContent);
    }

    [Fact]
    public void What_is_worth_comparing_is_a_link_and_several_captures_are_one_side()
    {
        SignIn("olga", Roles.Operator);
        Server.Suggested.Add(new Comparison { Title = "2 other hosts at about this age", BaseIds = { 6, 5 } });
        Address.NavigateTo("/captures/7?base=6,5");

        var page = Open(7);

        Assert.Equal([6, 5], Assert.Single(Server.FlamesAsked).BaseIds);
        Assert.StartsWith("2 other hosts at about this age →", page.Find("[data-testid=capture-title]").TextContent, StringComparison.Ordinal);
        var link = page.Find("[data-testid=suggested]");
        Assert.Equal(("/captures/7?base=6%2C5", "true"), (link.GetAttribute("href"), link.GetAttribute("aria-current")));
    }

    [Fact]
    public void A_deleted_capture_says_who_deleted_it_and_why_and_asks_for_nothing()
    {
        SignIn("olga", Roles.Operator);
        (Server.Captures[0].DeletedAt, Server.Captures[0].DeletedBy, Server.Captures[0].DeletedReason) = (At(5, 0), "ada", "names a customer");

        var page = Open(7);

        Assert.Equal("Its bytes are gone: deleted by ada on 2026-11-24 05:00:00: names a customer.", page.Find("[data-testid=gone]").TextContent);
        Assert.Empty(Server.FlamesAsked);
        Assert.DoesNotContain(page.FindAll("a"), link => link.TextContent == "Download");
    }

    [Fact]
    public void An_operator_cannot_delete_and_reads_what_is_full()
    {
        Server.CaptureNotices.Add("git-1 keeps 200 captures");
        SignIn("olga", Roles.Operator);

        var page = Open<CapturesPage>();

        Assert.Empty(page.FindAll("[data-testid=delete], input[type=checkbox]"));
        Assert.Equal("git-1 keeps 200 captures", Text(page.Find("[data-testid=room]")));
    }

    [Fact]
    public void An_administrator_deletes_what_is_ticked_with_a_reason()
    {
        SignIn("ada", Roles.Admin);
        Address.NavigateTo("/captures?host=git-1&order=oldest");
        var page = Open<CapturesPage>();
        Assert.Equal(new() { Host = "git-1", OldestFirst = true }, Server.CapturesAsked[^1]);
        Assert.True(page.Find("[data-testid=delete] button[type=submit]").HasAttribute("disabled"));

        page.Find("input[aria-label='Capture 6']").Change(true);
        page.Find("#why").Input("no longer wanted");
        page.Find("[data-testid=delete]").Submit();

        Assert.Equal(new() { CaptureIds = { 6 }, Reason = "no longer wanted" }, Assert.Single(Server.CapturesDeleted));
        Assert.Equal(2, Rows(page.Find("[data-testid=captures]")).Count);
    }

    private IRenderedComponent<CapturePage> Open(long id) => Open<CapturePage>(page => page.Add(p => p.Id, id));

    [Fact]
    public void A_rule_says_whether_it_can_fire_and_when_it_would_have()
    {
        Server.CaptureRules.Rules.Add(new CaptureRule { Name = "slow", Condition = "p99 is above 0.4", Takes = "profile", Limits = "at most 3 a day on a host", Holds = { new CaptureFiring { Host = "git-1", At = At(4, 0), Value = 0.5 } } });
        Server.CaptureRules.Rules.Add(new CaptureRule { Name = "typo", Problem = "It cannot fire: Prometheus has no metric no_such_metric now." });
        Server.CaptureRules.Rules.Add(new CaptureRule { Name = "quiet", Refused = new() { Host = "git-2", At = At(3, 0), Why = "it cools down there until 04:00" }, Fired = { new CaptureFiring { Host = "git-2", At = At(2, 0), Failed = true } } });
        Server.CaptureRules.Rules.Add(new CaptureRule { Name = "low", Samples = 4 });
        Server.Tried.Firings.Add(new CaptureFiring { Host = "git-1", At = At(1, 0), Value = 0.9 });
        Server.Tried.Firings.Add(new CaptureFiring { Host = "git-2", At = At(2, 0), Value = 0.8 });
        var page = Open<CaptureRulesPage>();
        Assert.Contains("git-1 at 2026-11-24 04:00:00 (0.5)", page.Find("[data-testid=rule-holds]").TextContent, StringComparison.Ordinal);
        Assert.Contains("no_such_metric", page.Find("[data-testid=rule-problem]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["Its query returns nothing now, so it holds nowhere.", "It holds on no host now."], page.FindAll("[data-testid=rule-holds]").Skip(1).Select(Text));
        Assert.Equal("Last refused 2026-11-24 03:00:00 UTC on git-2: it cools down there until 04:00.", Text(page.Find("[data-testid=rule-refused]")));
        Assert.Equal("Fired in the last day: git-2 at 2026-11-24 02:00:00, which took nothing", Text(page.FindAll("[data-testid=rule-fired]")[2]));

        page.Find("[data-testid=capture-rule] button").Click();

        Assert.Equal(("slow", 7), Assert.Single(Server.RulesTried));
        Assert.Contains("would have fired 2 times", page.Find("[data-testid=rule-tried]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_opens_with_its_finding_and_compares_by_groups()
    {
        SignIn("olga", Roles.Operator);
        (Server.Dump.Finding, Server.Dump.Goroutines) = ("1,400 of 1,452 goroutines wait for syscall.ForkLock, most for minutes.", 1452);
        Server.Dump.Groups.Add(new DumpGroup { Count = 1400, BaseCount = 2, Change = "grew", Reason = "sync.Mutex.Lock", Stack = { new DumpFrame { Function = "sync.(*Mutex).Lock" }, new DumpFrame { Function = "syscall.forkExec" } } });
        Server.Dump.Base = Server.Captures[2];
        Address.NavigateTo("/captures/5?base=4");

        var page = Open(5);

        Assert.Equal(Server.Dump.Finding, page.Find("[data-testid=dump-finding]").TextContent);
        var group = Text(page.Find("[data-testid=group] summary"));
        Assert.Equal("2 → 1400 grew [sync.Mutex.Lock] syscall.forkExec", group);
    }
}
