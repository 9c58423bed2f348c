using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>What is taken of a live server as it ages and locks up, read in a browser.</summary>
public sealed partial class CaptureTests(LiveFleet fleet)
{
    private const string Host = "git-4";

    // Twenty times as fast as it grows by itself, a lock-up is little more than a minute away.
    private const string Times = "20";
    private const float Growing = 420_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_locks_up_is_profiled_dumped_restarted_and_compared_with_its_youth()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", $"/hosts/{Host}");
        await page.InteractiveAsync();

        // So fast a lock-up would come before there are samples enough to foresee it.
        await Assertions.Expect(page.GetByTestId("fork-lock")).ToContainTextAsync("locks up in", new() { Timeout = Growing });
        await Assertions.Expect(page.GetByTestId("forecast")).ToContainTextAsync("if fork time goes on rising");
        await fleet.CommandAsync(Cancel, "grow", Host, Times);
        var old = await TakeAsync(page, "profile", "Profile", "an old process");

        await Assertions.Expect(page.GetByTestId("lockup")).ToContainTextAsync("Locked up since", new() { Timeout = Growing });
        var dump = await TakeAsync(page, "dump", "Dump", "who waits for the fork lock");
        await fleet.CommandAsync(Cancel, "grow", Host);
        await IsOverriddenInAnIllFleetAsync();
        var before = await page.GetByTestId("process-start").InnerTextAsync();
        await page.GiveAsync("restart", $"Restart {Host}", "it is locked up");
        Assert.Contains("succeeded", await page.EndedAsync("restart", "it is locked up"), StringComparison.Ordinal);
        await Assertions.Expect(page.GetByTestId("process-start")).Not.ToHaveTextAsync(before);
        var young = await TakeAsync(page, "profile", "Profile", "a young process");

        await SaysWhoWaitsAsync(page, dump);
        await NamesTheForkPathAsync(page, old, young);
        await ZoomsWithinCalleesAsync(page, old);
    }

    // At a console to which the others are ill too, where the rule would keep the locked-up host as it is.
    private async Task IsOverriddenInAnIllFleetAsync()
    {
        await using var strict = await StrictConsole.StartAsync(fleet.Demo, settings => GuardRailTests.OnlySees(settings, Host), Cancel);
        var page = await fleet.SignInAtAsync(strict.Url, "admin", $"/hosts/{Host}");
        await page.InteractiveAsync();
        await Assertions.Expect(page.GetByTestId("lockup")).ToContainTextAsync("Locked up since");
        await page.GetByTestId("restart").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(GuardRailTests.Refusal(dialog, "healthy-share")).ToContainTextAsync("restart.override");
        await dialog.GetByLabel("Override").CheckAsync();
        await Assertions.Expect(GuardRailTests.Refusal(dialog, "healthy-share")).ToHaveCountAsync(0);
        await dialog.GetByLabel("Reason").FillAsync("it is locked up");
        await dialog.GetByLabel("to confirm").FillAsync(Host);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = $"Restart {Host}" })).ToBeEnabledAsync();
    }

    // The first line of the dump, and the count of whoever is inside the function that takes the fork lock and waits.
    private async Task SaysWhoWaitsAsync(IPage page, string dump)
    {
        await page.GotoAsync(fleet.Url + dump);
        var finding = await page.GetByTestId("dump-finding").InnerTextAsync();
        await page.FitsNarrowlyAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        var goroutines = (await File.ReadAllTextAsync(await download.PathAsync(), Cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var waiting = goroutines.Count(g => g.Contains("forkExec(", StringComparison.Ordinal) && Waits().IsMatch(g));
        Assert.InRange(waiting, 20, 100_000);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{waiting:N0} of {goroutines.Length:N0} goroutines wait for syscall.ForkLock"), finding, StringComparison.Ordinal);
    }

    private async Task NamesTheForkPathAsync(IPage page, string old, string young)
    {
        await page.GotoAsync($"{fleet.Url}{old}?base={young["/captures/".Length..]}");
        await page.InteractiveAsync();
        await Assertions.Expect(page.GetByTestId("profile-note")).ToContainTextAsync("git-rpc-server/spawn.");
        await Assertions.Expect(page.GetByTestId("top")).ToContainTextAsync("git-rpc-server/spawn.forkExec");
        await page.FitsNarrowlyAsync();
        var svg = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Save SVG" }).ClickAsync());
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(await svg.PathAsync(), Cancel), StringComparison.Ordinal);
        var png = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Save PNG" }).ClickAsync());
        Assert.Equal("PNG"u8.ToArray(), (await File.ReadAllBytesAsync(await png.PathAsync(), Cancel))[1..4]);

        // The graph can be walked by keys, and what it shows stands in its address.
        var graph = page.GetByTestId("flame").Locator("canvas");
        await graph.FocusAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(page.GetByTestId("flame-status")).ToContainTextAsync("→");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(Focused());
        await Assertions.Expect(page.GetByTestId("focus")).ToContainTextAsync("All");
    }

    // Callers and callees have no finer boxes on the server, so zooming in them is undone where it is done: by Escape and by a button, before Escape leaves them.
    private async Task ZoomsWithinCalleesAsync(IPage page, string capture)
    {
        await page.GotoAsync($"{fleet.Url}{capture}?fn={Uri.EscapeDataString("google.golang.org/grpc.(*Server).handleStream")}");
        await page.InteractiveAsync();
        var graph = page.GetByTestId("flame").Nth(1);
        var reset = graph.GetByTestId("flame-reset");
        foreach (var undo in new Func<Task>[] { () => page.Keyboard.PressAsync("Escape"), () => reset.ClickAsync() })
        {
            await graph.Locator("canvas").FocusAsync();
            await Assertions.Expect(reset).ToBeHiddenAsync();
            foreach (var key in Enumerable.Repeat("ArrowDown", 12).Append("Enter"))
                await page.Keyboard.PressAsync(key);
            await Assertions.Expect(reset).ToBeVisibleAsync();
            await undo();
            await Assertions.Expect(reset).ToBeHiddenAsync();
        }

        await page.Keyboard.PressAsync("Escape");
        await page.WaitForURLAsync(fleet.Url + capture);
    }

    // The address of what was taken.
    private static async Task<string> TakeAsync(IPage page, string button, string confirmation, string reason)
    {
        await page.GiveAsync(button, confirmation, reason);
        Assert.Contains("succeeded", await page.EndedAsync(button, reason), StringComparison.Ordinal);
        var row = page.GetByTestId("captures").GetByRole(AriaRole.Row).Filter(new() { HasText = reason });
        await Assertions.Expect(row).ToHaveCountAsync(1);
        return await row.GetByRole(AriaRole.Link).First.GetAttributeAsync("href") ?? throw new InvalidOperationException("A capture without an address.");
    }

    [GeneratedRegex(@"^goroutine \d+ \[(sync\.Mutex\.Lock|semacquire|sync\.RWMutex)")]
    private static partial Regex Waits();

    [GeneratedRegex("focus=[0-9]+")]
    private static partial Regex Focused();
}
