using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>
/// Deploys of a real Prometheus with a written history. Two hosts whose latency doubles in each hour of age, in every
/// version: 1.0, the same again, 1.1, and fifty minutes ago 1.2, which is 40 % faster at every age.
/// </summary>
public sealed class DeployTests(Programs programs) : IAsyncLifetime
{
    private readonly WrittenFleet _fleet = new();
    private readonly PrometheusProcess _prometheus = new();
    private ConsoleProcess? _console;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _fleet.WriteAsync(_prometheus.Data);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Deploys")["PollSeconds"] = 1;
        _console.Section("Watch")["LookBackDays"] = 2;
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        await _prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_deploy_is_judged_at_equal_age_and_a_fall_that_any_restart_gives_is_rejuvenation()
    {
        var viewer = await Console.SignInAsync("viewer");
        var list = await JudgedAsync(viewer);

        Assert.Equal(["1.2", "1.1"], list.Deploys.Select(d => d.ToVersion));
        Assert.Equal([Verdict.Improved, Verdict.Rejuvenation], list.Deploys.Select(d => d.Verdict));
        Assert.All(list.Deploys, d => Assert.Equal((WaveKind.Deploy, WaveShape.Full, 2), (d.Kind, d.Shape, d.Steps.Count)));
        Assert.Contains("rejuvenation: at equal age it is unchanged (", list.Deploys[1].Sentence, StringComparison.Ordinal);
        Assert.Matches(@"^RefExists: p99 is (39|40|41) % lower at equal age \(-\d\d % to -\d\d %\)", list.Deploys[0].Sentence);
    }

    [Fact]
    public async Task A_deploy_has_the_numbers_of_each_host_and_the_curves_that_were_compared()
    {
        var viewer = await Console.SignInAsync("viewer");
        var newest = (await JudgedAsync(viewer)).Deploys[0];

        var reply = await Session.Ask(o => viewer.Deploys.GetDeployAsync(new() { Id = newest.Id }, o));

        Assert.Equal(["git-1", "git-2"], reply.Deploy.Steps.Select(s => s.Host));
        Assert.Equal(_fleet.NewestDeploy, reply.Deploy.FirstRestartAt.Seconds);
        Assert.Equal(["", "git-1", "git-2"], reply.Verdicts.Where(v => v.Quantile == 0.99).Select(v => v.Host));
        var together = reply.Verdicts.First(v => v.Host.Length == 0 && v.Quantile == 0.99);
        Assert.InRange(together.AtEqualAge.Ratio, 0.55, 0.65);
        Assert.InRange(0.6, together.AtEqualAge.Low, together.AtEqualAge.High);
        Assert.InRange(together.RateAfter, 9.5, 10.5);
        Assert.Equal(2, reply.Curves.Count);
        Assert.All(reply.Curves, c => Assert.True(c.AfterAges.Length >= 8 * sizeof(double) && c.AfterAges.Length == c.AfterSeconds.Length));
    }

    [Fact]
    public async Task A_restart_that_keeps_the_version_is_listed_on_request_only()
    {
        var viewer = await Console.SignInAsync("viewer");
        await JudgedAsync(viewer);

        var all = await Session.Ask(o => viewer.Deploys.ListDeploysAsync(new() { WithRestarts = true }, o));

        Assert.Equal([WaveKind.Deploy, WaveKind.Deploy, WaveKind.Restart], all.Deploys.Select(d => d.Kind));
        Assert.Equal(Verdict.Unspecified, all.Deploys[2].Verdict);
    }

    [Fact]
    public async Task Deploys_and_verdicts_outlive_Prometheus_and_a_restart_of_the_console()
    {
        var before = await JudgedAsync(await Console.SignInAsync("viewer"));
        await _prometheus.KillAsync();
        await Console.Run.KillAsync();
        await Console.StartAsync();

        var again = await Console.SignInAsync("viewer");
        var after = await Session.Ask(o => again.Deploys.ListDeploysAsync(new(), o));

        Assert.Equal(before.Deploys.Select(d => (d.Id, d.Sentence)), after.Deploys.Select(d => (d.Id, d.Sentence)));
    }

    [Fact]
    public async Task A_deploys_mark_over_time_leads_to_its_page()
    {
        var viewer = await Console.SignInAsync("viewer");
        var newest = (await JudgedAsync(viewer)).Deploys[0];
        var request = new CurvesRequest
        {
            Quantile = 0.99,
            From = new Timestamp { Seconds = _fleet.NewestDeploy - 3600 },
            To = new Timestamp { Seconds = _fleet.NewestDeploy + 1800 },
        };

        var mark = Assert.Single((await Session.Ask(o => viewer.Latency.GetCurvesAsync(request, o))).Deploys);

        Assert.Equal((newest.Id, "1.2"), (mark.Id, mark.ToVersion));
    }

    [Fact]
    public async Task What_a_deploy_tool_told_is_matched_to_the_wave_that_was_seen()
    {
        var viewer = await Console.SignInAsync("viewer");
        await JudgedAsync(viewer);
        using var script = await DeployTool.AsAsync(Console, "operator");

        using var answer = await script.TellAsync(new { Version = "1.2", Commit = "0123456789abcdef", Link = "https://ci.example/42", Author = "Ada" });

        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        var list = await Wait.ForAsync("the announcement is at its deploy",
            () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)), l => l.Deploys[0].Announced is not null);
        Assert.Equal(("0123456789abcdef", "https://ci.example/42", "Ada"),
            (list.Deploys[0].Announced.Commit, list.Deploys[0].Announced.Link, list.Deploys[0].Announced.Author));
        Assert.Empty(list.Awaited);
        Assert.Null(list.Deploys[1].Announced);
    }

    private static Task<ListDeploysReply> JudgedAsync(Session viewer) => Wait.ForAsync("both deploys are judged",
        () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)),
        list => list.Deploys.Count == 2 && list.Deploys.All(d => d.JudgedAt is not null));
}
