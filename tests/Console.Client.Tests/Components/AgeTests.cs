using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Tests.Harness;

namespace FleetConsole.Client.Tests.Components;

public sealed class AgeTests : PageTest
{
    [Fact]
    public void An_age_counts_on_by_itself()
    {
        var age = Render<Age>(parameters => parameters.Add(a => a.Since, At(11, 59, 1)));
        Assert.Equal("59 s", age.Find("span").TextContent);

        Clock.Advance(TimeSpan.FromSeconds(1));

        age.WaitForAssertion(() => Assert.Equal("1 min 0 s", age.Find("span").TextContent));
        Assert.Equal("2026-11-24 11:59:01 UTC", age.Find("span").GetAttribute("title"));
    }

    [Fact]
    public void An_unknown_start_is_a_dash_however_long_one_waits()
    {
        var age = Render<Age>();

        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("–", age.Find("span").TextContent);
    }
}
