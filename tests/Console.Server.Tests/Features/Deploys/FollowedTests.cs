using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>Deploys that happen while the console looks, and while it cannot.</summary>
public sealed class FollowedTests(Programs programs) : IAsyncLifetime
{
    private FakePrometheus? _prometheus;
    private ConsoleProcess? _console;

    private FakePrometheus Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run("git-1", FakePrometheus.Now - 7200, "1.0");
        _prometheus.Run("git-2", FakePrometheus.Now - 7200, "1.0");
        _console = new(programs, _prometheus.Url);
        _console.Section("Deploys")["PollSeconds"] = 1;
        _console.Section("Watch")["LookBackDays"] = 1;
        await _console.StartAsync();

        // A day is some parts of four hours and one that ends now.
        await Wait.UntilAsync("the processes are known", () => _prometheus.Asked.Any(q =>
            q.Path == "query_range" && q.PromQl.Contains("_build_info", StringComparison.Ordinal) && q.Number("end") > FakePrometheus.Now - 60));
    }

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        await Prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_canary_is_seen_at_once_and_grows_into_one_rollout()
    {
        var viewer = await Console.SignInAsync("viewer");
        Prometheus.Run("git-1", FakePrometheus.Now, "2.0");
        var canary = await SeenAsync(viewer, d => d.Shape == WaveShape.Canary);
        Assert.Equal(["git-2"], canary.Waiting);

        Prometheus.Run("git-2", FakePrometheus.Now, "2.0");

        var full = await SeenAsync(viewer, d => d.Shape == WaveShape.Full);
        Assert.Equal(canary.Id, full.Id);
        Assert.Equal(2, full.Steps.Count);
    }

    [Fact]
    public async Task A_deploy_while_Prometheus_was_silent_is_filled_in_when_it_answers_again()
    {
        var viewer = await Console.SignInAsync("viewer");
        Prometheus.Instead = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Prometheus.Run("git-1", FakePrometheus.Now, "2.0");
        Prometheus.Run("git-2", FakePrometheus.Now, "2.0");
        await Wait.UntilAsync("the console says that it follows nothing", () => Console.Run.Lines.Any(l => l.Contains("Deploys are not followed", StringComparison.Ordinal)));

        Prometheus.Instead = null;

        var deploy = await SeenAsync(viewer, d => d.ToVersion == "2.0");
        Assert.Equal(["1.0"], deploy.FromVersions);
        Assert.Equal(Verdict.NotEnoughData, (await SeenAsync(viewer, d => d.JudgedAt is not null)).Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_host_whose_version_nothing_tells_is_named_with_what_to_compare(string? version)
    {
        var viewer = await Console.SignInAsync("viewer");
        Assert.Empty((await Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o))).Problem);

        Prometheus.Run("git-3", FakePrometheus.Now - 60, version);

        var said = await Wait.ForAsync("the missing version is told of", () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)), list => list.Problem.Length > 0);
        Assert.StartsWith("Changes of version go unseen on git-3: max by (instance, version) (timestamp(gitlab_build_info", said.Problem, StringComparison.Ordinal);
        Assert.Contains("Compare Metrics:BuildInfo and Metrics:VersionLabel", said.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fleet_without_a_metric_of_versions_is_told_which_settings_bring_deploys()
    {
        await using var console = new ConsoleProcess(programs, Prometheus.Url);
        console.Section("Deploys")["PollSeconds"] = 1;
        console.Section("Watch")["LookBackDays"] = 1;
        console.Section("Metrics")["BuildInfo"] = "";
        await console.StartAsync();
        var viewer = await console.SignInAsync("viewer");

        var said = await Wait.ForAsync("it is told of", () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)), list => list.Problem.Length > 0);
        Assert.Contains("Set Metrics:BuildInfo and Metrics:VersionLabel", said.Problem, StringComparison.Ordinal);
    }

    private static async Task<Deploy> SeenAsync(Session viewer, Func<Deploy, bool> seen) =>
        (await Wait.ForAsync("the deploy is seen", () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)), list => list.Deploys.Count == 1 && seen(list.Deploys[0])))
        .Deploys[0];
}
