using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A real Alertmanager beside the console.</summary>
public sealed class AlertmanagerFleet(Programs programs) : CommandFleet(programs), IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ChildProcess? _process;

    internal string Alertmanager { get; } = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}");

    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        console.Section("Alertmanager")["Url"] = Alertmanager;
        var config = _folder.Write("alertmanager.yml", "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n");
        _process = new("prometheus-alertmanager",
            [$"--config.file={config}", $"--storage.path={_folder.At("data")}", $"--web.listen-address={Alertmanager["http://".Length..]}", "--cluster.listen-address="]);
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Wait.UntilAsync("Alertmanager answers", async () =>
        {
            Assert.False(_process!.Ended, string.Join('\n', _process.Lines));
            try
            {
                return (await SilencesAsync("none")).Count == 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The state of each silence of a host.</summary>
    internal async Task<IReadOnlyList<string>> SilencesAsync(string host)
    {
        using var http = new HttpClient();
        var all = await http.GetFromJsonAsync<JsonArray>($"{Alertmanager}/api/v2/silences", TestContext.Current.CancellationToken);
        return [.. all!.Where(silence => silence!["matchers"]!.AsArray().Any(m => m!["name"]!.GetValue<string>() == "instance" && m["value"]!.GetValue<string>() == host))
            .Select(silence => silence!["status"]!["state"]!.GetValue<string>())];
    }
}

public sealed class SilenceTests(AlertmanagerFleet fleet) : IClassFixture<AlertmanagerFleet>
{
    [Fact]
    public async Task A_host_is_silenced_while_it_is_restarted_and_no_longer()
    {
        var host = await fleet.HostAsync();
        var agentDone = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Restarts = _ => agentDone.Task;
        var id = (await fleet.RestartAsync(host)).Id;
        await Wait.UntilAsync("the agent was asked", () => fleet.Agent.Acted.Contains(id));
        Assert.Equal(["active"], await fleet.SilencesAsync(host));

        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        agentDone.SetResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        Assert.Equal(CommandPhase.Succeeded, (await fleet.EndOfAsync(id)).Phase);

        await Wait.UntilAsync("the silence has ended", async () => (await fleet.SilencesAsync(host)) is ["expired"]);
    }
}

/// <summary>Alertmanager is a help, never a condition.</summary>
public sealed class NoAlertmanagerTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    [Fact]
    public async Task Without_Alertmanager_the_step_is_skipped_and_said()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Contains("no silence: Alertmanager:Url is not set", end.Evidence);
    }
}
