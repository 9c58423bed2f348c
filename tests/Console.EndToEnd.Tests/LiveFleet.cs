using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(FleetConsole.EndToEnd.Tests.LiveFleet))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: TestCollectionOrderer(typeof(FleetConsole.EndToEnd.Tests.ByWhatItDoesToTheFleet))]

namespace FleetConsole.EndToEnd.Tests;

/// <summary>One live demo fleet and one browser for all tests of this assembly.</summary>
public sealed partial class LiveFleet : IAsyncLifetime
{
    internal const int Width = 1400;
    internal const int Height = 950;
    private const string ChromiumPath = "/usr/bin/chromium";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private static readonly string[] ChromiumArguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    internal static readonly string[] Hosts = ["git-1", "git-2", "git-3", "git-4"];

    private readonly List<IBrowserContext> _open = [];
    private string? _test;
    private DemoProcess? _demo;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Dictionary<string, string> _passwords = [];

    /// <summary>Why there is no fleet; null when there is one.</summary>
    public string? Missing { get; private set; }

    public string Url => $"http://127.0.0.1:{Demo.Port}";

    internal DemoProcess Demo => _demo ?? throw new InvalidOperationException("The fleet was not started.");

    private IBrowser Browser => _browser ?? throw new InvalidOperationException("The browser was not started.");

    public async ValueTask InitializeAsync()
    {
        Missing = !File.Exists(Repository.DemoProgram) ? "The demo is not built: run ./test.sh or ./demo.sh once."
            : !File.Exists(ChromiumPath) ? "There is no /usr/bin/chromium: run ./test.sh, which installs it."
            : null;
        if (Missing is not null)
            return;
        _demo = DemoProcess.Start(DemoProcess.FreePorts(), Path.Combine(Directory.CreateTempSubdirectory("fleetconsole-").FullName, "demo"));
        await _demo.ReadyAsync(StartDeadline, CancellationToken.None);
        _passwords = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(_demo.Data, "accounts.json")))
            ?? throw new InvalidOperationException("The demo left no accounts.");
        _playwright = await Playwright.CreateAsync();

        // A machine that is busy is slow everywhere, not only where a test expects it.
        Assertions.SetDefaultExpectTimeout(Pages.Patient);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = ChromiumPath, Args = ChromiumArguments });
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();

        // Whichever test saw it: no page of the console may need more than the policy allows.
        Assert.Empty(PolicyViolations);
    }

    private async Task EndAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_demo is not null)
        {
            await _demo.DisposeAsync();
            Directory.Delete(Path.GetDirectoryName(_demo.Data)!, recursive: true);
        }
    }

    /// <summary>What a page wanted to do that the content security policy forbids, over all tests so far.</summary>
    internal System.Collections.Concurrent.ConcurrentQueue<string> PolicyViolations { get; } = [];

    public string PasswordOf(string role) => _passwords[role];

    /// <summary>Skips the test when there is no fleet to test on.</summary>
    public void Require() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>Runs <c>demo.sh COMMAND...</c> as a second terminal would.</summary>
    /// <returns>What it printed.</returns>
    internal async Task<string> CommandAsync(CancellationToken cancellationToken, params string[] command)
    {
        await using var second = DemoProcess.Start(Demo.Port, Demo.Data, command);
        Assert.True(await second.EndAsync(cancellationToken) == 0, second.Output);
        return second.Output;
    }

    /// <summary>Deploys a version with that spawn mode from a second terminal.</summary>
    /// <returns>The version.</returns>
    internal async Task<string> DeployAsync(string mode, CancellationToken cancellationToken) =>
        DeployedVersion().Match(await CommandAsync(cancellationToken, "deploy", mode)).Groups[1].Value;

    [GeneratedRegex("Deploying ([0-9.]+) ")]
    private static partial Regex DeployedVersion();

    /// <summary>A page in a browser context of its own: nobody is signed in.</summary>
    public Task<IPage> OpenAsync(string path, string theme) => OpenAtAsync(Url, path, theme);

    private async Task<IPage> OpenAtAsync(string url, string path, string theme)
    {
        await CloseEarlierAsync();
        var context = await Browser.NewContextAsync(new() { ViewportSize = new() { Width = Width, Height = Height }, AcceptDownloads = true });
        _open.Add(context);
        context.SetDefaultTimeout(Pages.Patient);
        await context.AddCookiesAsync([new() { Name = "fleetconsole-theme", Value = theme, Url = url }]);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
                PolicyViolations.Enqueue($"{page.Url}: {message.Text}");
        };
        await page.GotoAsync(url + path);
        return page;
    }

    // Every open page is live and draws at each scrape: the pages of the tests before would slow this one down.
    private async Task CloseEarlierAsync()
    {
        var test = TestContext.Current.Test?.UniqueID;
        if (test == _test)
            return;
        _test = test;
        foreach (var context in _open)
            await context.CloseAsync();
        _open.Clear();
    }

    /// <summary>A page of a person who has just signed in.</summary>
    public Task<IPage> SignInAsync(string role, string path = "/", string theme = "dark") => SignInAtAsync(Url, role, path, theme);

    /// <summary>The same at another console, which has the same accounts.</summary>
    public async Task<IPage> SignInAtAsync(string url, string role, string path, string theme = "dark")
    {
        var page = await OpenAtAsync(url, path, theme);
        await page.GetByLabel("User").FillAsync(role);
        await page.GetByLabel("Password").FillAsync(PasswordOf(role));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        // Not by waiting for the navigation: where the page is there already, that would wait for one that never comes.
        await Assertions.Expect(page).ToHaveURLAsync(url + path);
        return page;
    }
}
