using Bunit;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Pages;

public sealed class HostPagePermissionTests : HostPageBase
{
    [Fact]
    public void A_viewer_sees_why_profile_and_restart_are_disabled()
    {
        SignIn("vera", Roles.Viewer);

        var page = OpenHost();

        Assert.True(Button(page, "profile").HasAttribute("disabled"));
        Assert.True(Button(page, "restart").HasAttribute("disabled"));
        Assert.Equal(
            "Your account lacks the permissions profile, dump, restart. Ask an administrator.",
            Text(page.Find("[data-testid=why-disabled]")));
    }

    [Fact]
    public void An_operator_may_press_both()
    {
        SignIn("olga", Roles.Operator);

        var page = OpenHost();

        Assert.False(Button(page, "profile").HasAttribute("disabled"));
        Assert.False(Button(page, "restart").HasAttribute("disabled"));
        Assert.Empty(page.FindAll("[data-testid=why-disabled]"));
    }

    [Fact]
    public void A_host_that_is_not_mapped_says_so_to_an_operator()
    {
        SignIn("olga", Roles.Operator);
        Host.Summary.UnmappedReason = "git-01 has no agent in Hosts:Map.";

        var page = OpenHost();

        Assert.True(Button(page, "profile").HasAttribute("disabled"));
        Assert.True(Button(page, "restart").HasAttribute("disabled"));
        Assert.Equal("git-01 has no agent in Hosts:Map.", Text(page.Find("[data-testid=why-disabled]")));
    }

    [Theory]
    [InlineData(CommandPhase.Requested)]
    [InlineData(CommandPhase.Running)]
    public void A_host_held_by_a_command_names_the_holder(CommandPhase phase)
    {
        SignIn("otto", Roles.Operator);
        Server.Commands.Add(Command("restart", phase));

        var page = OpenHost();

        Assert.True(Button(page, "profile").HasAttribute("disabled"));
        Assert.True(Button(page, "restart").HasAttribute("disabled"));
        Assert.Equal("git-01 is held by a restart that olga asked for.", Text(page.Find("[data-testid=why-disabled]")));
    }

    [Theory]
    [InlineData(CommandPhase.Succeeded)]
    [InlineData(CommandPhase.Failed)]
    [InlineData(CommandPhase.Unknown)]
    public void A_command_that_ended_holds_nothing(CommandPhase phase)
    {
        SignIn("otto", Roles.Operator);
        Server.Commands.Add(Command("restart", phase));

        Assert.False(Button(OpenHost(), "restart").HasAttribute("disabled"));
    }

    [Fact]
    public void A_command_on_another_host_holds_nothing_here()
    {
        SignIn("otto", Roles.Operator);
        var elsewhere = Command("restart", CommandPhase.Running);
        elsewhere.Host = "git-02";
        Server.Commands.Add(elsewhere);

        Assert.False(Button(OpenHost(), "restart").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(Roles.Viewer, false)]
    [InlineData(Roles.Operator, true)]
    [InlineData(Roles.Admin, true)]
    public void A_profile_is_a_link_only_for_those_who_may_profile(string role, bool link)
    {
        SignIn("someone", role);
        Server.Captures.Add(new Capture
        {
            Id = 7,
            Host = Name,
            Kind = "cpu",
            Seconds = 10,
            TakenAt = At(11, 0),
            ProcessStartedAt = At(8, 0),
            SizeBytes = 51_200,
            TakenBy = "olga",
            Reason = "too slow",
            FileName = "git-01-cpu.pb.gz",
            Version = "16.7.0",
        });

        var row = Assert.Single(OpenHost().FindAll("[data-testid=captures] tbody tr"));

        Assert.Equal(link ? "/captures/7/file" : null, row.QuerySelector("a[download]")?.GetAttribute("href"));
        Assert.Equal(["2026-11-24 11:00:00", "CPU profile, 10 s", "3 h 0 min", "16.7.0", "50 KiB", "olga", "too slow", "Download"], row.QuerySelectorAll("td").Select(Text));
    }
}
