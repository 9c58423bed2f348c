using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features;

/// <summary>Whom the console takes for an agent.</summary>
public sealed class AgentTrustTests(Programs programs)
{
    [Fact]
    public async Task An_agent_of_another_authority_is_refused_and_told_of()
    {
        using var own = new TestAuthority();
        using var other = new TestAuthority();
        await using var prometheus = await FakePrometheus.StartAsync();
        prometheus.Run("git-1", CommandFleet.OldStart);

        // It takes the console's certificate for good, so only the console's own judgement keeps the two apart.
        await using var agent = await FakeAgent.StartAsync(own, other.IssueServer());
        await using var console = new ConsoleProcess(programs, prometheus.Url);
        console.Section("Hosts")["AgentAddress"] = agent.Url;
        console.Section("Hosts")["GitRpcAddress"] = "";
        var agents = console.Section("Agents");
        (agents["CertificateFile"], agents["KeyFile"], agents["AuthorityFile"]) = (own.ConsoleCertificateFile, own.ConsoleKeyFile, own.RootFile);
        await console.StartAsync();
        var viewer = await console.SignInAsync("viewer");

        var fleet = await Wait.ForAsync("the agent was asked", () => Session.Ask(o => viewer.Fleet.GetFleetAsync(new(), o)),
            f => f.Sources.Any(s => s.Kind == SourceKind.Agent));

        var source = fleet.Sources.Single(s => s.Kind == SourceKind.Agent);
        Assert.Equal(("git-1", SourceState.Down), (source.Name, source.State));
        Assert.Contains("certificate", source.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_a_certificate_of_its_own_the_console_says_so_and_commands_nothing()
    {
        await using var prometheus = await FakePrometheus.StartAsync();
        prometheus.Run("git-1", CommandFleet.OldStart);
        await using var console = new ConsoleProcess(programs, prometheus.Url);
        console.Section("Hosts")["GitRpcAddress"] = "";
        await console.StartAsync();
        var caller = await console.SignInAsync("operator");
        var fleet = await Wait.ForAsync("the host is known", () => Session.Ask(o => caller.Fleet.GetFleetAsync(new(), o)), f => f.Hosts.Count == 1);

        Assert.Contains("Agents:CertificateFile is not set", fleet.Hosts[0].UnmappedReason, StringComparison.Ordinal);
        var status = await CommandFleet.RefusedAsync(() => Session.Ask(o => caller.Control.RestartAsync(
            new() { Host = "git-1", Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = "git-1" }, o)));
        Assert.Equal(Grpc.Core.StatusCode.FailedPrecondition, status.StatusCode);
        Assert.Contains("Agents:CertificateFile is not set", status.Detail, StringComparison.Ordinal);
    }
}
