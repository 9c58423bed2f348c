using System.Globalization;
using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Metrics;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Systemd;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetConsole.Agent.Tests.Systemd;

/// <summary>A systemctl that does the job and cannot be asked any more.</summary>
public sealed class UndecidedTests : IDisposable
{
    private const string Unit = "gitaly";
    private readonly string folder = Directory.CreateTempSubdirectory("undecided-").FullName;
    private readonly TestAuthority authority = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("reload")]
    public async Task What_was_begun_and_cannot_be_seen_is_interrupted_and_not_failed(string action)
    {
        using var supervisor = Supervise($"touch {At("gone")}");

        var outcome = await RunAsync(ActionNames.Parse(action), supervisor);

        Assert.Equal(CommandState.Interrupted, outcome.State);
        Assert.Contains("What was done cannot be told", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, outcome.PidBefore);
    }

    [Fact]
    public async Task What_could_not_be_begun_has_failed_and_nothing_was_done()
    {
        using var supervisor = Supervise("exit 0");
        await File.WriteAllTextAsync(At("gone"), "", Cancel);

        var outcome = await RunAsync(UnitActions.Restart, supervisor);

        Assert.Equal(CommandState.Failed, outcome.State);
        Assert.EndsWith("Nothing was done.", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_after_an_abort_that_cannot_be_seen_is_not_told_of()
    {
        using var supervisor = Supervise("exit 0");
        await File.WriteAllTextAsync(At("gone"), "", Cancel);

        var next = await supervisor.AwaitNextAsync(new ProcessMark(1, 1, default));

        Assert.Equal((CommandState.Interrupted, (ProcessMark?)null), (next.State, next.After));
    }

    [Fact]
    public async Task A_rate_limit_that_cannot_be_read_fails_no_look()
    {
        using var supervisor = Supervise("exit 0");

        var look = await supervisor.LookNowAsync(Cancel);

        Assert.Equal((UnitState.Active, Environment.ProcessId, (LogRateLimit?)null), (look.State, look.Process?.Pid, look.LogRateLimit));
    }

    [Theory]
    [InlineData("restart", CommandState.Interrupted, "did not end in time")]
    [InlineData("show", CommandState.Failed, "Nothing was done.")]
    public async Task A_systemctl_that_hangs_is_ended_at_its_deadline(string hangs, CommandState state, string words)
    {
        var hang = $"echo $$ >{At("pid")}; exec sleep 1000";
        using var supervisor = Supervise(hang, TimeSpan.FromSeconds(1));
        if (hangs == "show")
            await File.WriteAllTextAsync(At("gone"), hang, Cancel);

        var outcome = await RunAsync(UnitActions.Restart, supervisor);

        Assert.Equal(state, outcome.State);
        Assert.Contains(words, outcome.Message, StringComparison.Ordinal);
        Assert.False(AgentProcess.Lives(int.Parse(await File.ReadAllTextAsync(At("pid"), Cancel), CultureInfo.InvariantCulture)));
    }

    private string At(string file) => Path.Join(folder, file);

    private SystemdSupervisor Supervise(string job, TimeSpan? patience = null)
    {
        var program = At("systemctl");
        File.WriteAllText(program, string.Create(CultureInfo.InvariantCulture, $"""
            #!/bin/sh
            if [ "$1" != show ]; then {job}; exit 0; fi
            if [ -s {At("gone")} ]; then . {At("gone")}; fi
            if [ -e {At("gone")} ]; then echo "Failed to connect to bus" >&2; exit 1; fi
            printf 'LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nMainPID={Environment.ProcessId}\nStandardOutput=journal\nStandardError=inherit\n'

            """));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var limits = new JournalLimits(TimeProvider.System, NullLogger<JournalLimits>.Instance, At("no-systemd-analyze"));
        return new(Settings(), new Systemctl("gitaly.service", program, patience), limits, new ChangeSignal(), TimeProvider.System, NullLogger<SystemdSupervisor>.Instance);
    }

    private async Task<CommandOutcome> RunAsync(UnitActions action, SystemdSupervisor supervisor)
    {
        using var certificate = authority.IssueServer();
        var agent = new AgentSettings(new(System.Net.IPAddress.Loopback, 0), null, new(certificate, [], []), At("journal.jsonl"), [], new Dictionary<string, UnitSettings> { [Unit] = Settings() });
        var desk = new CommandDesk(new Journal(agent.JournalPath, NullLogger<Journal>.Instance), new CommandCounters(), new UnitChanges(agent), TimeProvider.System, NullLogger<CommandDesk>.Instance);
        var intent = new CommandIntent("r-1", action, Unit, ProfileKind.Unspecified, 0, "tester", "a test");
        var (entry, _) = await desk.AcceptAsync(intent, new("console", action, null), () => null, Cancel);
        await new ReplaceCommand(desk).RunAsync(entry, supervisor);
        return entry.Outcome;
    }

    private UnitSettings Settings() => new(
        Unit, "gitaly.service", [], folder, null, null, ReloadKind.InPlace, null, Unit, null, UnitActions.Restart | UnitActions.Reload, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
}
