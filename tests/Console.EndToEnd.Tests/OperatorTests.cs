using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class OperatorTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_fleet_shows_every_host_with_version_age_latency_and_health()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");
        foreach (var host in new[] { "git-1", "git-2", "git-3", "git-4" })
        {
            var row = page.HostRow(host);
            await Assertions.Expect(row).ToContainTextAsync("serving", new() { Timeout = Pages.Patient });
            await Assertions.Expect(row).ToContainTextAsync("1.0.");
            await Assertions.Expect(row.Locator("td").Nth(5)).ToContainTextAsync("s", new() { Timeout = Pages.Patient });
            await Assertions.Expect(row.Locator("td").Nth(6)).Not.ToContainTextAsync("–", new() { Timeout = Pages.Patient });
        }
    }

    [Fact]
    public async Task Latency_over_age_overlays_the_processes_and_over_time_marks_the_deploys()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/latency?host=git-1&range=7d");
        await page.InteractiveAsync();
        await page.WaitForLinesAsync(atLeast: 4);
        await page.GetByText("Time", new() { Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("axis=time", StringComparison.Ordinal));
        await page.WaitForFunctionAsync("() => (document.querySelector('.js-plotly-plot')?.layout?.annotations ?? []).length >= 4", null, new() { Timeout = Pages.Patient });
        var marks = await page.EvaluateAsync<string[]>("() => document.querySelector('.js-plotly-plot').layout.annotations.map(a => a.text)");
        Assert.Equal(["1.0.3", "1.0.4", "1.0.5", "1.0.4"], marks.Take(4));
    }

    [Fact]
    public async Task A_profile_and_a_restart_are_carried_out_shown_and_audited()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/hosts/git-2");
        await page.InteractiveAsync();
        await page.WaitForLinesAsync(atLeast: 3);

        await page.GiveAsync("profile", "Profile", "looking at a slow host");
        Assert.Contains("succeeded", await page.EndedAsync("profile", "looking at a slow host"), StringComparison.Ordinal);
        await TopReadsAsync(page);

        var before = await page.GetByTestId("process-start").InnerTextAsync();
        await page.GiveAsync("restart", "Restart git-2", "rejuvenating a slow host");
        var told = await page.EndedAsync("restart", "rejuvenating a slow host");
        Assert.Contains("succeeded", told, StringComparison.Ordinal);
        Assert.Contains("goroutines: ", told, StringComparison.Ordinal);
        await Assertions.Expect(page.GetByTestId("captures")).ToContainTextAsync("goroutine dump");
        await Assertions.Expect(page.GetByTestId("process-start")).Not.ToHaveTextAsync(before, new() { Timeout = Pages.Patient });
        var started = DateTimeOffset.ParseExact(await page.GetByTestId("process-start").InnerTextAsync(), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.True(TimeProvider.System.GetUtcNow() - started < TimeSpan.FromMinutes(3), $"the process shown started at {started:u}");

        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        var audit = page.GetByTestId("audit");
        foreach (var action in new[] { "profile", "restart" })
        {
            var rows = audit.GetByRole(AriaRole.Row).Filter(new() { HasText = "git-2" }).Filter(new() { HasText = action });
            await Assertions.Expect(rows.Filter(new() { HasText = "intent" })).ToHaveCountAsync(1);
            await Assertions.Expect(rows.Filter(new() { HasText = "succeeded" })).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task A_dump_of_the_kernel_stacks_asks_nothing_of_the_server()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/hosts/git-4");
        await page.InteractiveAsync();
        await page.GetByTestId("dump").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByText("Kernel stacks").ClickAsync();
        await dialog.GetByLabel("Reason").FillAsync("what does it wait for");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Dump", Exact = true }).ClickAsync();

        Assert.Contains("succeeded", await page.EndedAsync("dump", "what does it wait for"), StringComparison.Ordinal);
        await Assertions.Expect(page.GetByTestId("captures")).ToContainTextAsync("kernel stacks");
    }

    private static async Task TopReadsAsync(IPage page)
    {
        var download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByTestId("captures").GetByRole(AriaRole.Link, new() { Name = "Download" }).First.ClickAsync());
        var start = new ProcessStartInfo("go") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "tool", "pprof", "-top", await download.PathAsync() })
            start.ArgumentList.Add(argument);
        using var pprof = Process.Start(start) ?? throw new InvalidOperationException("go did not start.");
        var top = await pprof.StandardOutput.ReadToEndAsync(Cancel);
        await pprof.WaitForExitAsync(Cancel);
        Assert.Equal(0, pprof.ExitCode);
        Assert.Contains("Type: cpu", top, StringComparison.Ordinal);
        Assert.Contains("flat%", top, StringComparison.Ordinal);
    }
}
