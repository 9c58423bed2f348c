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
    public void Without_commands_it_says_so()
    {
        SignIn("vera", Roles.Viewer);

        Assert.Contains("No command has been given", Open<CommandsPage>().Markup, StringComparison.Ordinal);
    }

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
