using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>What a person does and sees on the console's pages.</summary>
internal static class Pages
{
    /// <summary>For what depends on scrapes, probes and polls: many times what it takes on a quiet machine.</summary>
    public const float Patient = 90_000;

    /// <summary>For a verdict on a deploy: a first word takes six bins of fifteen seconds, a firm one some more.</summary>
    public const float Judging = 420_000;

    /// <summary>Waits until WebAssembly runs the page: only then do buttons do something.</summary>
    public static Task InteractiveAsync(this IPage page) =>
        Assertions.Expect(page.Locator("[data-interactive=true]")).ToBeVisibleAsync(new() { Timeout = Patient });

    /// <summary>The lines that the chart really drew: those with points in them.</summary>
    public static Task<int> DrawnLinesAsync(this IPage page) => page.EvaluateAsync<int>(
        "() => { const chart = document.querySelector('.js-plotly-plot'); return chart && chart.data ? chart.data.filter(t => t.x && t.x.length > 1 && t.y.some(v => v > 0)).length : 0; }");

    public static Task WaitForLinesAsync(this IPage page, int atLeast) => page.WaitForFunctionAsync(
        "least => { const chart = document.querySelector('.js-plotly-plot'); return chart && chart.data && chart.data.filter(t => t.x && t.x.length > 1 && t.y.some(v => v > 0)).length >= least; }",
        atLeast, new() { Timeout = Patient });

    /// <summary>Makes the window as narrow as a telephone and back: nothing may reach out of it but what scrolls by itself.</summary>
    public static async Task FitsNarrowlyAsync(this IPage page)
    {
        await page.SetViewportSizeAsync(420, LiveFleet.Height);
        try
        {
            await page.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= innerWidth", null, new() { Timeout = Patient });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{page.Url} is wider than a narrow window.");
        }

        await page.SetViewportSizeAsync(LiveFleet.Width, LiveFleet.Height);
    }

    /// <summary>Presses a host's button, gives the reason, confirms.</summary>
    public static async Task GiveAsync(this IPage page, string button, string confirmation, string reason)
    {
        await page.GetByTestId(button).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var confirm = dialog.GetByRole(AriaRole.Button, new() { Name = confirmation, Exact = true });
        await Assertions.Expect(confirm).ToBeDisabledAsync();
        await dialog.GetByLabel("Reason").FillAsync(reason);
        if (confirmation.StartsWith("Restart ", StringComparison.Ordinal))
            await dialog.GetByLabel("to confirm").FillAsync(confirmation["Restart ".Length..]);
        await confirm.ClickAsync();
    }

    /// <summary>Waits until the command that was given for this reason on the page's host has ended, and returns how.</summary>
    public static async Task<string> EndedAsync(this IPage page, string action, string reason)
    {
        var command = page.Locator($".command[data-action={action}]").Filter(new() { HasText = reason });
        await Assertions.Expect(command).ToHaveAttributeAsync("data-phase", new System.Text.RegularExpressions.Regex("Succeeded|Failed|Unknown"), new() { Timeout = Patient });
        return await command.InnerTextAsync();
    }

    /// <summary>The row of the fleet's table for a host.</summary>
    public static ILocator HostRow(this IPage page, string host) =>
        page.GetByTestId("fleet").GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = host, Exact = true }) });

    /// <summary>The row of the list of deploys for a version.</summary>
    public static ILocator DeployRow(this IPage page, string version) => page.Locator($"[data-testid=deploys] tr[data-version='{version}']");

    /// <summary>Waits until a deploy to all hosts of the demo stands in the list.</summary>
    public static Task SeesDeployAsync(this IPage page, string version) =>
        Assertions.Expect(page.DeployRow(version)).ToContainTextAsync("all 4 hosts", new() { Timeout = Patient });
}
