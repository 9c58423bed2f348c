using Bunit;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Pages;

/// <summary>What the dialog says before a process is replaced, and what it lets pass.</summary>
public sealed class HostPageReplaceTests : HostPageBase
{
    [Fact]
    public void A_rule_that_refuses_is_shown_and_nothing_can_be_confirmed()
    {
        SignIn("olga", Roles.Operator);
        Server.Plan.Refusals.Add(new RuleRefusal { Rule = "cool-down", Message = "git-01 was restarted 3 min ago." });
        Ask("restart");

        Assert.Contains("cool-down: git-01 was restarted 3 min ago.", Text(Dialogs.Find("[data-testid=refusal]")), StringComparison.Ordinal);
        Assert.True(ConfirmButton.HasAttribute("disabled"));

        // An operator may not break glass, so it is not offered.
        Assert.DoesNotContain(Dialogs.FindAll("label"), label => Text(label).StartsWith("Break glass", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_may_break_glass_is_offered_it_and_the_plan_is_asked_again()
    {
        SignIn("ada", Roles.Admin);
        Server.Plan.Refusals.Add(new RuleRefusal { Rule = "freeze", Message = "the freeze window \"nights\" lasts." });
        Ask("restart");
        Assert.True(ConfirmButton.HasAttribute("disabled"));

        Tick("Break glass");
        Assert.Empty(Dialogs.FindAll("[data-testid=refusal]"));
        ConfirmButton.Click();

        var sent = Assert.Single(Server.Restarts);
        Assert.True(sent.BreakGlass);
        Assert.False(sent.Override);
        Assert.Equal([false, true], Server.Plans.Select(plan => plan.BreakGlass));
    }

    [Fact]
    public void Where_a_second_person_is_needed_the_button_asks_for_approval()
    {
        SignIn("olga", Roles.Operator);
        Server.Plan.NeedsApproval = true;
        Ask("restart");

        Assert.NotEmpty(Dialogs.FindAll("[data-testid=needs-approval]"));
        Assert.Equal("Ask for approval", Text(ConfirmButton));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evidence_is_taken_unless_it_is_ticked_away(bool skips)
    {
        SignIn("olga", Roles.Operator);
        Ask("restart");
        if (skips)
            Tick("Skip the evidence");
        ConfirmButton.Click();

        Assert.Equal(skips, Assert.Single(Server.Restarts).SkipEvidence);
    }

    [Fact]
    public void A_dump_goes_by_the_rung_that_was_chosen()
    {
        SignIn("olga", Roles.Operator);
        var page = OpenHost();
        Button(page, "dump").Click();
        GiveReason("it hangs");
        Dialogs.FindAll("input[type=radio]")[1].Click();
        ConfirmButton.Click();

        var sent = Assert.Single(Server.Dumps);
        Assert.Equal((Rung.KernelStacks, "it hangs"), (sent.Rung, sent.Reason));
    }

    [Fact]
    public void The_dump_that_ends_the_process_is_confirmed_like_a_restart()
    {
        SignIn("olga", Roles.Operator);
        var page = OpenHost();
        Button(page, "dump").Click();
        Dialogs.FindAll("input[type=radio]")[3].Click();
        ConfirmButton.Click();
        Dialogs.WaitForAssertion(() => Assert.Equal("Abort git-01", Text(ConfirmButton)));
        GiveReason("it hangs");
        TypeName("git-01");
        ConfirmButton.Click();

        var sent = Assert.Single(Server.Dumps);
        Assert.Equal((Rung.Abort, "git-01"), (sent.Rung, sent.ConfirmHost));
        Assert.Equal("abort", Assert.Single(Server.Plans).Action);
    }

    [Fact]
    public void A_log_that_would_cut_a_dump_is_warned_of()
    {
        SignIn("olga", Roles.Operator);
        Host.Agent = new() { Unit = "gitaly", LogWarning = "journald drops lines above 10000 in 30 s." };

        Assert.Equal("journald drops lines above 10000 in 30 s.", Text(OpenHost().Find("[data-testid=log-warning]")));
    }

    private void Ask(string action)
    {
        var page = OpenHost();
        page.WaitForAssertion(() => Assert.False(Button(page, action).HasAttribute("disabled")));
        Button(page, action).Click();
        GiveReason("locked up");
        TypeName("git-01");
    }

    private void Tick(string label)
    {
        var box = Dialogs.FindAll("label").Single(l => Text(l).StartsWith(label, StringComparison.Ordinal)).QuerySelector("input[type=checkbox]");
        Assert.NotNull(box);
        box.Change(true);
    }
}
