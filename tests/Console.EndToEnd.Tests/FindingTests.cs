using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>What the console says of the demo's made-up past at once, and of its present while it happens.</summary>
public sealed class FindingTests(LiveFleet fleet)
{
    private static readonly TimeSpan ReplayDeadline = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_fleet_drifts_by_its_history_and_the_sawtooth_is_proven()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", "/findings");
        var finding = page.GetByTestId("findings").Locator("li").Filter(new() { HasText = "24 h of process age" });
        await Assertions.Expect(finding).ToContainTextAsync("on all 2 methods on all 4 hosts; restarts reset it; it moves with", new() { Timeout = Pages.Patient });
        await Assertions.Expect(finding).ToContainTextAsync("drifting");
        await Assertions.Expect(page.GetByTestId("look").Filter(new() { HasText = "bins of 1 h" }).GetByTestId("fleet-verdict")).ToHaveTextAsync("drifting");

        await page.InteractiveAsync();
        await finding.GetByRole(AriaRole.Link).ClickAsync();
        await page.WaitForURLAsync("**/findings/*");
        await page.InteractiveAsync();
        await Assertions.Expect(page.GetByTestId("proof")).ToContainTextAsync("holds: restarts reset it");
        await page.WaitForLinesAsync(atLeast: 5);
        await Assertions.Expect(page.GetByTestId("co-movements")).ToContainTextAsync("virtual memory");
        await Assertions.Expect(page.GetByTestId("series").Locator("tbody tr")).ToHaveCountAsync(8);
        await page.GetByText("How to get these numbers again").ClickAsync();
        await Assertions.Expect(page.GetByText("sum by (instance, grpc_service, grpc_method, le) (increase(").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_history_of_one_generation_is_only_suspected()
    {
        fleet.Require();
        var started = await FirstDeployAsync();

        var early = await ReplayAsync(started.AddHours(-19), started.AddMinutes(-20));
        var later = await ReplayAsync(started.AddHours(-19), TimeProvider.System.GetUtcNow());

        Assert.NotEmpty(early);
        Assert.All(early, finding => Assert.Equal(JsonValueKind.Null, finding.GetProperty("confirmed_at").ValueKind));
        Assert.Contains(later, finding => finding.GetProperty("confirmed_at").ValueKind == JsonValueKind.String);
    }

    // The first version change in the demo's past, as Prometheus has it.
    private async Task<DateTimeOffset> FirstDeployAsync()
    {
        using var http = new HttpClient();
        var query = Uri.EscapeDataString("min(process_start_time_seconds{instance=\"git-1\"} and on() (gitlab_build_info{instance=\"git-1\",version=\"1.0.3\"}))");
        var at = TimeProvider.System.GetUtcNow().AddDays(-4).ToUnixTimeSeconds();
        var answer = await http.GetStringAsync($"http://127.0.0.1:{fleet.Demo.Port + 3}/api/v1/query?query={query}&time={at}", Cancel);
        using var json = JsonDocument.Parse(answer);
        var value = json.RootElement.GetProperty("data").GetProperty("result")[0].GetProperty("value")[1].GetString();
        return DateTimeOffset.FromUnixTimeSeconds((long)double.Parse(value ?? "", CultureInfo.InvariantCulture));
    }

    private async Task<IReadOnlyList<JsonElement>> ReplayAsync(DateTimeOffset from, DateTimeOffset to)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Artifacts, "server", "Console.Server")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "backtest", "--prometheus", $"http://127.0.0.1:{fleet.Demo.Port + 3}", "--from", $"{from:O}", "--to", $"{to:O}", "--every", "3" })
            start.ArgumentList.Add(argument);
        using var replay = Process.Start(start) ?? throw new InvalidOperationException("The replay did not start.");
        var errors = replay.StandardError.ReadToEndAsync(Cancel);
        var output = await replay.StandardOutput.ReadToEndAsync(Cancel);
        await replay.WaitForExitAsync(Cancel).WaitAsync(ReplayDeadline, Cancel);
        Assert.True(replay.ExitCode == 0, await errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
    }
}
