using Bunit;
using FleetConsole.Client.Features.Findings;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Findings;

public sealed class ReplayPanelTests : PageTest
{
    [Fact]
    public void A_replay_shows_what_would_have_opened()
    {
        Server.Replay.Add(new ReplayProgress { At = At(6, 0), Done = 0.5 });
        Server.Replay.Add(new ReplayProgress { At = At(12, 0), Done = 1, Findings = { new ReplayedFinding { Sentence = "p99 rises.", OpenedAt = At(8, 0) } } });
        var panel = Render<ReplayPanel>();

        panel.Find("[data-testid=replay-run]").Click();

        panel.WaitForAssertion(() => Assert.Equal("1 would have opened in the last 7 days:", Text(panel.Find("[data-testid=replay-result]"))));
        Assert.Equal("p99 rises. Opened 2026-11-24 08:00:00 UTC", Text(panel.Find("li")));
        var asked = Assert.Single(Server.ReplaysAsked);
        Assert.Equal(TimeSpan.FromDays(7), (asked.To - asked.From).ToTimeSpan());
    }

    [Fact]
    public void A_replay_can_be_cancelled()
    {
        Server.Replay.Add(new ReplayProgress { At = At(6, 0), Done = 0.5 });
        Server.ReplayMayEnd = new TaskCompletionSource().Task;
        var panel = Render<ReplayPanel>();
        panel.Find("[data-testid=replay-run]").Click();

        panel.WaitForElement("[data-testid=replay-cancel]").Click();

        panel.WaitForAssertion(() => Assert.Equal("Cancelled; nothing had been found by then.", Text(panel.Find("[data-testid=replay-result]"))));
        Assert.NotEmpty(panel.FindAll("[data-testid=replay-run]"));
    }

    [Fact]
    public void A_replay_that_fails_says_why()
    {
        Server.Down = new(Grpc.Core.StatusCode.ResourceExhausted, "Another replay runs.");
        Server.Replay.Add(new ReplayProgress());
        var panel = Render<ReplayPanel>();

        panel.Find("[data-testid=replay-run]").Click();

        panel.WaitForAssertion(() => Assert.Equal("Another replay runs.", Text(panel.Find("[role=alert]"))));
    }
}
