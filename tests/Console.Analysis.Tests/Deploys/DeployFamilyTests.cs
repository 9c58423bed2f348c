using FleetConsole.Analysis.Deploys;

namespace FleetConsole.Analysis.Tests.Deploys;

/// <summary>Many verdicts at once: a hundred methods on twenty hosts.</summary>
public sealed class DeployFamilyTests(ITestOutputHelper output)
{
    private const int Methods = 100;
    private const int Hosts = 20;

    // Where processes of one version are 10 % apart, twice what the judge assumes before it has seen any, single verdicts err as often as they may.
    private const double Spread = 0.1;

    [Fact]
    public void Where_processes_are_more_alike_than_assumed_single_verdicts_hardly_err_either()
    {
        var alone = Enumerable.Range(0, Methods).Select(method => new SimulatedDeploy(1000 + method) { Hosts = Hosts }.Judge()).ToList();

        output.WriteLine($"alone: {Changes(alone)} of {Methods * Hosts}");
        Assert.True(Changes(alone) <= 10, $"{Changes(alone)} changes");
    }

    [Fact]
    public void A_deploy_that_changed_nothing_is_worse_or_better_nowhere_although_single_verdicts_would_be()
    {
        var deploys = Enumerable.Range(0, Methods).Select(method => new SimulatedDeploy(1000 + method) { Hosts = Hosts, Spread = Spread }).ToList();

        var alone = deploys.Select(deploy => deploy.Judge()).ToList();
        var all = DeployFamily.Judge(deploys, (deploy, levels) => deploy.Judge(levels), new JudgeOptions().FalseDiscoveryRate);

        output.WriteLine($"alone: {Changes(alone)} of {Methods * Hosts}, together {Together(alone)} of {Methods}; as a family: {Changes(all)}, together {Together(all)}");
        Assert.True(Changes(alone) > 40, $"{Changes(alone)} changes alone: nothing to guard against");
        Assert.Equal((0, 0), (Changes(all), Together(all)));
    }

    [Fact]
    public void What_did_change_is_still_found_and_few_others_are_taken_for_it()
    {
        var deploys = Enumerable.Range(0, Methods).Select(method => new SimulatedDeploy(3000 + method) { Hosts = Hosts, Spread = Spread, Step = method < 10 ? 2 : 1 }).ToList();

        var all = DeployFamily.Judge(deploys, (deploy, levels) => deploy.Judge(levels), new JudgeOptions().FalseDiscoveryRate);

        var (found, wrong) = (Changes(all.Take(10)), Changes(all.Skip(10)));
        output.WriteLine($"{found} of {10 * Hosts} found, {wrong} of {90 * Hosts} wrong");
        Assert.All(all.Take(10), verdicts => Assert.IsType<DeployVerdict.Worse>(verdicts.Together));
        Assert.True(found >= 0.95 * 10 * Hosts, $"{found} found");
        Assert.True(wrong <= 0.05 * (found + wrong), $"{wrong} wrong of {found + wrong}");
    }

    [Fact]
    public void A_change_that_chance_gives_among_so_many_says_so()
    {
        var deploys = Enumerable.Range(0, Methods).Select(method => new SimulatedDeploy(1000 + method) { Hosts = Hosts, Spread = Spread }).ToList();

        var all = DeployFamily.Judge(deploys, (deploy, levels) => deploy.Judge(levels), new JudgeOptions().FalseDiscoveryRate);

        var chance = all.SelectMany(verdicts => verdicts.Hosts).Select(host => host.Verdict).OfType<DeployVerdict.NotEnoughData>().Where(v => v.Why == Shortage.Chance).ToList();
        Assert.NotEmpty(chance);
        Assert.All(chance, verdict => Assert.True(verdict.Comparison!.AtEqualAge is { P: < 0.05 } and ({ Low: > 0 } or { High: < 0 }) && verdict.EnoughAt is null));
    }

    [Theory]
    [InlineData(2.228, 10, 0.05)]
    [InlineData(-3.169, 10, 0.01)]
    [InlineData(1.96, 1e6, 0.05)]
    public void P_is_Students(double t, double freedom, double p) => Assert.Equal(p, new LogRatio(t * 0.1, 0.01, freedom).P, 4);

    private static int Changes(IEnumerable<MethodVerdicts> all) => all.Sum(verdicts => verdicts.Hosts.Count(host => IsChange(host.Verdict)));

    private static int Together(IEnumerable<MethodVerdicts> all) => all.Count(verdicts => IsChange(verdicts.Together));

    private static bool IsChange(DeployVerdict verdict) => verdict is DeployVerdict.Improved or DeployVerdict.Worse;
}
