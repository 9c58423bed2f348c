using Bunit;
using FleetConsole.Client.Features.Control;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Control;

public sealed class CommandListTests : PageTest
{
    [Theory]
    [InlineData(CommandPhase.Requested, "requested", true, false)]
    [InlineData(CommandPhase.Running, "running", true, false)]
    [InlineData(CommandPhase.Succeeded, "succeeded", false, false)]
    [InlineData(CommandPhase.Failed, "failed", false, true)]
    [InlineData(CommandPhase.Unknown, "unknown", false, true)]
    public void A_phase_has_a_word_and_a_look(CommandPhase phase, string word, bool moves, bool red)
    {
        var list = Show(Command("profile", phase));

        var shown = list.Find(".head strong + span");
        Assert.Equal(word, shown.TextContent);
        Assert.Equal(red, shown.ClassList.Contains("bad"));
        Assert.Equal(moves, list.FindAll("[role=progressbar]").Count == 1);
    }

    [Fact]
    public void Who_asked_when_and_why_is_said()
    {
        var list = Show(Command("profile", CommandPhase.Succeeded));

        Assert.Equal("profile succeeded 2026-11-24 10:00:00 UTC, by olga: too slow", Text(list.Find(".head")));
    }

    [Fact]
    public void A_failed_restart_that_never_reached_the_host_has_no_steps()
    {
        Assert.Empty(Show(Command("restart", CommandPhase.Failed)).FindAll("li"));
    }

    [Fact]
    public void A_profile_has_no_steps()
    {
        Assert.Empty(Show(Command("profile", CommandPhase.Running)).FindAll("li"));
    }

    [Fact]
    public void A_reason_is_text_and_never_markup()
    {
        var command = Command("restart", CommandPhase.Succeeded);
        command.Reason = "<img src=x onerror=alert(1)>";

        var list = Show(command);

        Assert.Empty(list.FindAll("img"));
        Assert.Contains("<img src=x onerror=alert(1)>", Text(list.Find(".head")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_commands_says_so() =>
        Assert.Equal("No command has been given to this host through this console.", Text(Show().Find("p")));

    private IRenderedComponent<CommandList> Show(params CommandView[] commands) => Render<CommandList>(parameters => parameters.Add(l => l.Commands, commands));

    private static CommandView Command(string action, CommandPhase phase) => new()
    {
        Action = action,
        Phase = phase,
        RequestedBy = "olga",
        RequestedAt = At(10, 0),
        Reason = "too slow",
        Message = "What happens.",
    };
}
