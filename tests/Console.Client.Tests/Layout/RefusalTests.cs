using Bunit;
using FleetConsole.Client.Layout;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;

namespace FleetConsole.Client.Tests.Layout;

public sealed class RefusalTests : PageTest
{
    [Fact]
    public void An_unknown_address_leads_back_to_the_fleet()
    {
        var page = Render<NotFoundPage>();

        Assert.Equal("There is no such page", page.Find("h1").TextContent);
        Assert.Equal("/", page.Find("a").GetAttribute("href"));
    }

    [Fact]
    public void Somebody_without_the_permission_is_told_and_not_sent_to_sign_in()
    {
        SignIn("vera", Roles.Viewer);

        var page = Render<RefusedPage>();

        Assert.Equal("You may not see this page", page.Find("h1").TextContent);
        Assert.Empty(Address.History);
    }

    [Fact]
    public void Nobody_signed_in_is_sent_to_sign_in_and_comes_back_to_the_same_address()
    {
        SignOut();
        Address.NavigateTo("/latency?host=git-01&range=7d");

        Render<RefusedPage>();

        var sent = Address.History.First();
        Assert.Equal("/account/sign-in?returnUrl=%2Flatency%3Fhost%3Dgit-01%26range%3D7d", sent.Uri);
        Assert.True(sent.Options.ForceLoad);
    }
}
