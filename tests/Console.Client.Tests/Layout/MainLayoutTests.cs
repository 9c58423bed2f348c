using Bunit;
using FleetConsole.Client.Layout;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;

namespace FleetConsole.Client.Tests.Layout;

public sealed class MainLayoutTests : PageTest
{
    [Fact]
    public void A_lost_connection_is_said_until_it_is_back()
    {
        var layout = Render<MainLayout>();
        Assert.Empty(layout.FindAll(".notice"));

        Feed.TellConnected(false);
        layout.WaitForAssertion(() => Assert.StartsWith("The connection to the console's server is lost.", Text(layout.Find(".notice[role=alert]")), StringComparison.Ordinal));

        Feed.TellConnected(true);
        layout.WaitForAssertion(() => Assert.Empty(layout.FindAll(".notice")));
    }

    [Fact]
    public void Switching_the_colours_is_remembered_in_the_cookie()
    {
        var module = JSInterop.SetupModule("./js/theme.js");
        module.SetupVoid("remember", _ => true).SetVoidResult();
        var layout = Render<MainLayout>();

        layout.Find("button[aria-label='Switch to light colours']").Click();

        layout.WaitForAssertion(() => Assert.Single(layout.FindAll("button[aria-label='Switch to dark colours']")));
        Assert.Equal(["fleetconsole-theme", "light"], module.VerifyInvoke("remember").Arguments);
        Assert.False(Theme.Dark);
    }

    [Fact]
    public void Who_is_signed_in_and_in_which_role_can_be_seen()
    {
        SignIn("olga", Roles.Operator);

        var who = Render<MainLayout>().Find(".who");

        Assert.Equal("olga", who.TextContent);
        Assert.Equal("operator", who.GetAttribute("title"));
    }

    [Fact]
    public void Signing_out_is_a_form_so_that_no_link_can_do_it()
    {
        var form = Render<MainLayout>().Find("form");

        Assert.Equal("/account/sign-out", form.GetAttribute("action"));
        Assert.Equal("post", form.GetAttribute("method"));
    }

    [Fact]
    public void Nobody_signed_in_is_offered_no_sign_out()
    {
        SignOut();

        Assert.Empty(Render<MainLayout>().FindAll("form"));
    }
}
