using System.Text.RegularExpressions;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>What docs/operations.md tells people to type, typed.</summary>
public sealed partial class DocumentedScriptsTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    private const string Host = "git-1";

    [Fact]
    public async Task Every_example_for_scripts_does_what_it_says()
    {
        fleet.Prometheus.Run(Host, CommandFleet.OldStart);
        await Wait.UntilAsync("the host is known", async () =>
            (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == Host));
        fleet.Agent.Restarts = _ =>
        {
            fleet.Prometheus.Run(Host, CommandFleet.NewStart);
            return Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        };
        var script = await ScriptAsync();
        Assert.Equal(5, Call().Count(script));

        await using var shell = new ChildProcess("bash", ["-euo", "pipefail", "-c", script]);
        var code = await shell.ExitAsync();

        var output = string.Join('\n', shell.Lines);
        Assert.True(code == 0, output);
        Assert.Contains("\"reason\": \"nightly\"", output.Replace("\":\"", "\": \"", StringComparison.Ordinal), StringComparison.Ordinal);
        var command = Assert.Single((await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Host = Host }, o))).Commands);
        Assert.Equal(CommandPhase.Succeeded, (await fleet.EndOfAsync(command.Id)).Phase);
        Assert.Single((await Session.Ask(o => fleet.Operator.Deploys.ListDeploysAsync(new(), o))).Awaited, a => a.Version == "16.7.0");
    }

    // The indented lines of the section, against this console instead of an installed one. A call that fails ends the script.
    private async Task<string> ScriptAsync()
    {
        var text = await File.ReadAllTextAsync(Programs.InRepository("docs", "operations.md"), TestContext.Current.CancellationToken);
        var section = text[text.IndexOf("\n### Scripts\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        var lines = section.Split('\n').Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..]);
        return string.Join('\n', lines)
            .Replace("http://127.0.0.1:8080", fleet.Console.Browser.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("\"password\":\"...\"", $"\"password\":\"{Programs.Password}\"", StringComparison.Ordinal)
            .Replace("/opt/fleetconsole/Console.Server", $"dotnet {ConsoleProcess.Program}", StringComparison.Ordinal)
            .Replace("/etc/fleetconsole/console.json", fleet.Console.WriteConfig(), StringComparison.Ordinal)
            .Replace("curl -s", "curl -sS --fail-with-body", StringComparison.Ordinal);
    }

    [GeneratedRegex("^(TOKEN=\\$\\()?curl ", RegexOptions.Multiline)]
    private static partial Regex Call();
}
