using System.Text.RegularExpressions;
using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Pages;

public sealed partial class HostPageCommandTests : HostPageBase
{
    public HostPageCommandTests() => SignIn("olga", Roles.Operator);

    [Theory]
    [InlineData("", true)]
    [InlineData("no", true)]
    [InlineData("  a  ", true)]
    [InlineData("why", false)]
    public void A_reason_of_three_characters_is_asked_for(string reason, bool disabled)
    {
        var page = OpenHost();
        Button(page, "profile").Click();

        GiveReason(reason);

        Assert.Equal(disabled, ConfirmButton.HasAttribute("disabled"));
        Assert.Empty(Server.Profiles);
    }

    [Fact]
    public void A_confirmed_profile_is_asked_for_once_with_reason_seconds_and_key()
    {
        var page = OpenHost();
        Button(page, "profile").Click();
        GiveReason("  p99 climbs ");
        Field("Seconds").Change("25");

        ConfirmButton.Click();

        var sent = Assert.Single(Server.Profiles);
        Assert.Equal(("git-01", "p99 climbs", 25), (sent.Host, sent.Reason, sent.Seconds));
        Assert.Matches(Key(), sent.IdempotencyKey);
        Assert.Empty(Server.Restarts);
    }

    [Fact]
    public void A_profile_takes_ten_seconds_unless_told_otherwise()
    {
        var page = OpenHost();
        Button(page, "profile").Click();
        GiveReason("p99 climbs");

        ConfirmButton.Click();

        Assert.Equal(10, Assert.Single(Server.Profiles).Seconds);
    }

    [Fact]
    public void A_confirmed_restart_is_asked_for_once_and_shown_at_once()
    {
        var page = OpenHost();
        Button(page, "restart").Click();
        Assert.Equal("Restart git-01", Text(ConfirmButton));
        GiveReason("locked up");
        Assert.True(ConfirmButton.HasAttribute("disabled"));
        TypeName("git-02");
        Assert.True(ConfirmButton.HasAttribute("disabled"));
        TypeName("git-01");

        ConfirmButton.Click();

        var sent = Assert.Single(Server.Restarts);
        Assert.Equal(("git-01", "git-01", "locked up"), (sent.Host, sent.ConfirmHost, sent.Reason));
        Assert.Matches(Key(), sent.IdempotencyKey);
        page.WaitForAssertion(() => Assert.Equal("Requested", page.Find("[data-testid=commands] [data-action=restart]").GetAttribute("data-phase")));
    }

    [Fact]
    public void Two_confirmations_are_two_commands_with_a_key_each()
    {
        var page = OpenHost();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Button(page, "profile").Click();
            GiveReason("again");
            ConfirmButton.Click();
            Server.Commands.ForEach(command => command.Phase = CommandPhase.Succeeded);
            Feed.Tell(Changes.Commands);
            page.WaitForAssertion(() => Assert.False(Button(page, "profile").HasAttribute("disabled")));
        }

        Assert.Equal(2, Server.Profiles.Select(profile => profile.IdempotencyKey).Distinct().Count());
        Assert.Equal(2, Server.Commands.Count);
    }

    [Theory]
    [InlineData("profile")]
    [InlineData("restart")]
    public void Cancelling_asks_for_nothing(string action)
    {
        var page = OpenHost();
        Button(page, action).Click();
        GiveReason("locked up");

        Dialogs.Find(".mud-dialog-actions button:first-child").Click();

        Assert.Empty(Server.Profiles);
        Assert.Empty(Server.Restarts);
        Dialogs.WaitForAssertion(() => Assert.Empty(Dialogs.FindAll(".mud-dialog-actions")));
    }

    [Fact]
    public void A_refusal_by_the_server_is_shown_in_its_words_until_the_next_attempt()
    {
        Server.Refusal = new ApiException(StatusCode.FailedPrecondition, "Another command holds git-01.");
        var page = OpenHost();
        Button(page, "restart").Click();
        GiveReason("locked up");
        TypeName("git-01");
        ConfirmButton.Click();
        page.WaitForAssertion(() => Assert.Equal("Another command holds git-01.", Text(page.Find("[data-testid=refused]"))));

        Server.Refusal = null;
        Button(page, "restart").Click();
        GiveReason("locked up");
        TypeName("git-01");
        ConfirmButton.Click();

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-testid=refused]")));
        Assert.Equal(2, Server.Restarts.Count);
    }

    [Fact]
    public void A_restart_shows_each_step_as_it_happens()
    {
        var restart = Command("restart", CommandPhase.Running);
        Server.Commands.Add(restart);
        var page = OpenHost();
        Assert.Equal(["", "", ""], StepClasses());

        Step(() => restart.NewProcessSeenAt = At(11, 50, 2));
        page.WaitForAssertion(() => Assert.Equal(["done", "", ""], StepClasses()));

        Step(() => restart.ServingAt = At(11, 50, 3));
        page.WaitForAssertion(() => Assert.Equal(["done", "done", ""], StepClasses()));

        Step(() =>
        {
            restart.ScrapedAt = At(11, 50, 14);
            restart.Phase = CommandPhase.Succeeded;
        });
        page.WaitForAssertion(() => Assert.Equal(["done", "done", "done"], StepClasses()));
        Assert.Equal(
            ["New process on the host 11:50:02 UTC", "Health check says SERVING 11:50:03 UTC", "Prometheus scraped it 11:50:14 UTC"],
            page.FindAll("[data-testid=commands] li").Select(Text));

        IEnumerable<string> StepClasses() => page.FindAll("[data-testid=commands] li").Select(step => step.ClassName ?? "");
    }

    private void Step(Action happens)
    {
        happens();
        Feed.Tell(Changes.Commands);
    }

    // What the server accepts as an idempotency key.
    [GeneratedRegex("^[A-Za-z0-9-]{8,64}$")]
    private static partial Regex Key();
}
