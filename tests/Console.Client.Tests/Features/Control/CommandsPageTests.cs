using Bunit;
using FleetConsole.Client.Features.Control;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Control;

public sealed class CommandsPageTests : PageTest
{
    [Theory]
    [InlineData("olga", Roles.Operator, "Withdraw")]
    [InlineData("otto", Roles.Operator, "Reject,Approve")]
    [InlineData("vera", Roles.Viewer, "")]
    public void Who_asked_may_withdraw_and_another_who_may_approve_decides(string user, string role, string buttons)
    {
        SignIn(user, role);
        Server.Commands.Add(Waiting());

        var page = Open<CommandsPage>();

        Assert.Equal(buttons, string.Join(',', page.FindAll("[data-testid=waiting] button").Select(button => Text(button))));
    }

    [Fact]
    public void An_approval_is_sent_with_its_reason()
    {
        SignIn("otto", Roles.Operator);
        Server.Commands.Add(Waiting());
        var page = Open<CommandsPage>();

        page.FindAll("[data-testid=waiting] button")[1].Click();
        Dialogs.Find(".mud-dialog input").Input("I looked at it");
        Dialogs.Find(".mud-dialog-actions button:last-child").Click();

        var sent = Assert.Single(Server.Approvals);
        Assert.Equal(("c1", "I looked at it"), (sent.CommandId, sent.Reason));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-testid=waiting]")));
        Assert.Empty(Server.Rejections);
    }

    [Fact]
    public void What_waits_is_shown_however_many_commands_came_after_it()
    {
        SignIn("otto", Roles.Operator);
        Server.WaitingLong.Add(Waiting());

        Assert.Single(Open<CommandsPage>().FindAll("[data-testid=waiting] [data-host=git-01]"));
    }

    [Fact]
    public void A_rolling_restart_is_shown_as_it_would_go()
    {
        SignIn("olga", Roles.Operator);
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-01" });
        Server.PlanNotes.Add("1 host in 1 batch of at most 1.");
        Server.Plan.Refusals.Add(new RuleRefusal { Rule = "concurrency", Message = "the restart of git-02 is under way." });
        Server.Plan.Refusals.Add(new RuleRefusal { Rule = "freeze", Message = "the freeze window lasts." });
        var page = Open<CommandsPage>();
        page.Find("[data-testid=roll]").Click();
        Dialogs.WaitForAssertion(() => Assert.Single(Dialogs.FindAll("[data-testid=rollout-hosts] input")));

        Dialogs.Find("[data-testid=rollout-hosts] input").Change(true);
        Dialogs.FindAll("input[type=checkbox]")[^1].Change(true);

        Dialogs.WaitForAssertion(() => Assert.True(Server.Plans[^1] is { BatchSize: 1, PauseSeconds: 60, SkipEvidence: true, Ask: false }));
        Assert.Contains("1 host in 1 batch of at most 1.", Text(Dialogs.Find("[data-testid=rollout-plan]")), StringComparison.Ordinal);
        Assert.Contains("Batch 1: git-01", Text(Dialogs.Find("[data-testid=rollout-plan]")), StringComparison.Ordinal);
        Assert.Equal("git-01, freeze: the freeze window lasts.", Text(Dialogs.Find("[data-testid=refusal]")));
    }

    [Fact]
    public void Without_commands_it_says_so()
    {
        SignIn("vera", Roles.Viewer);

        Assert.Contains("No command has been given", Open<CommandsPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rolling_restart_is_confirmed_by_the_number_of_its_hosts()
    {
        SignIn("olga", Roles.Operator);
        foreach (var host in new[] { "git-02", "git-01" })
            Server.Fleet.Hosts.Add(new HostSummary { Host = host });
        var page = Open<CommandsPage>();
        page.Find("[data-testid=roll]").Click();
        Dialogs.WaitForAssertion(() => Assert.Equal(2, Dialogs.FindAll("[data-testid=rollout-hosts] input").Count));
        for (var i = 0; i < 2; i++)
            Dialogs.FindAll("[data-testid=rollout-hosts] input")[i].Change(true);
        Type("Reason", "rejuvenation");
        Assert.True(Confirm().HasAttribute("disabled"));
        Type("Type the number", "2");
        Confirm().Click();

        var sent = Assert.Single(Server.RolloutsStarted);
        Assert.Equal(["git-01", "git-02"], sent.Hosts);
        Assert.Equal((1, 60, 2, "rejuvenation"), (sent.BatchSize, sent.PauseSeconds, sent.ConfirmCount, sent.Reason));
        Assert.Equal(36, sent.IdempotencyKey.Length);
    }

    [Fact]
    public void A_rolling_restart_of_one_host_is_confirmed_by_its_name()
    {
        SignIn("olga", Roles.Operator);
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-01" });
        var page = Open<CommandsPage>();
        page.Find("[data-testid=roll]").Click();
        Dialogs.WaitForAssertion(() => Assert.Single(Dialogs.FindAll("[data-testid=rollout-hosts] input")));
        Dialogs.Find("[data-testid=rollout-hosts] input").Change(true);
        Type("Reason", "rejuvenation");
        Type("Type git-01", "1");
        Assert.True(Confirm().HasAttribute("disabled"));
        Type("Type git-01", "git-01");
        Confirm().Click();

        Assert.Equal(("git-01", 0), (Assert.Single(Server.RolloutsStarted).ConfirmHost, Server.RolloutsStarted[0].ConfirmCount));
    }

    [Theory]
    [InlineData(Roles.Admin, true)]
    [InlineData(Roles.Operator, false)]
    public void Whoever_may_break_the_glass_may_resume_with_it(string role, bool offered)
    {
        SignIn("olga", role);
        Server.Rollouts.Rollouts.Add(new RolloutView { Id = "r1", Phase = RolloutPhase.Stopped, RequestedAt = At(11, 0), Message = "git-02 cools down", Hosts = { new RolloutHost { Host = "git-01" } } });
        var page = Open<CommandsPage>();
        page.FindAll("[data-testid=rollout] button")[0].Click();

        Assert.Equal(offered, Dialogs.FindAll(".mud-dialog input[type=checkbox]").Count == 1);
        if (offered)
            Dialogs.Find(".mud-dialog input[type=checkbox]").Change(true);
        Type("Reason", "it cannot wait");
        Confirm().Click();

        Assert.Equal(("resume", "r1", "it cannot wait", offered), Assert.Single(Server.RolloutDecisions));
    }

    [Theory]
    [InlineData(RolloutPhase.Running, Roles.Operator, "Abort")]
    [InlineData(RolloutPhase.Asking, Roles.Operator, "Resume,Abort")]
    [InlineData(RolloutPhase.Stopped, Roles.Operator, "Resume,Abort")]
    [InlineData(RolloutPhase.Stopped, Roles.Viewer, "")]
    public void A_rolling_restart_is_resumed_or_aborted_while_it_is_not_over(RolloutPhase phase, string role, string buttons)
    {
        SignIn("olga", role);
        Server.Rollouts.Rollouts.Add(new RolloutView { Id = "r1", Phase = phase, RequestedAt = At(11, 0), Message = "git-02 does not say SERVING", Hosts = { new RolloutHost { Host = "git-01" } } });

        var page = Open<CommandsPage>();

        Assert.Equal(buttons, string.Join(',', page.FindAll("[data-testid=rollout] button").Select(button => Text(button))));
        Assert.Equal("git-02 does not say SERVING", Text(page.Find("[data-testid=rollout-message]")));
    }

    private AngleSharp.Dom.IElement Confirm() => Dialogs.Find(".mud-dialog-actions button:last-child");

    private void Type(string label, string text) =>
        Dialogs.Find($"#{Dialogs.FindAll("label").Single(l => Text(l).StartsWith(label, StringComparison.Ordinal)).GetAttribute("for")}").Input(text);

    private static CommandView Waiting() => new()
    {
        Id = "c1",
        Host = "git-01",
        Action = "restart",
        Phase = CommandPhase.AwaitingApproval,
        RequestedBy = "olga",
        RequestedAt = At(11, 50),
        ApprovalUntil = At(12, 5),
        Reason = "too slow",
    };
}
