using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>A deploy that changed nothing and replaced processes that had been locked up at the ages which the new ones have reached.</summary>
public sealed class LockedUpDeployTests(Programs programs) : IAsyncLifetime
{
    private const double Hour = 3600;
    private readonly WrittenFleet _fleet = new([(8, "1.0", 1), (4.5, "1.1", 1), (1.8, "1.2", 1)]) { LockedUp = (0.75, 1.75, 8) };
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
    }

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        await _prometheus.DisposeAsync();
    }

    [Theory]
    [InlineData(false, Verdict.Improved)]
    [InlineData(true, Verdict.Rejuvenation)]
    public async Task A_lock_up_that_is_known_does_not_make_the_next_version_look_better(bool known, Verdict said)
    {
        if (known)
        {
            foreach (var host in new[] { 0, 1 })
                await FindAsync($"git-{host + 1}", _fleet.ReplacedStart(host));
        }

        await Console.StartAsync();
        var viewer = await Console.SignInAsync("viewer");

        var list = await Wait.ForAsync("the deploys are judged", () => Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o)),
            reply => reply.Deploys.Count == 2 && reply.Deploys.All(d => d.JudgedAt is not null));

        Assert.Equal(("1.2", said), (list.Deploys[0].ToVersion, list.Deploys[0].Verdict));
    }

    // A finding as the console keeps it: opened and resolved, a window wider than the lock-up on either side.
    private async Task FindAsync(string host, long start)
    {
        var (from, to) = ((start + (long)(0.73 * Hour)) * 1000, (start + (long)(1.77 * Hour)) * 1000);
        Assert.Equal(3, await Console.ExecuteSqlAsync($"""
            INSERT INTO Findings (Kind, Key, State, Sentence, Scope, Cause, Severity, OpenedAt, ResolvedAt, ResolvedBy, LastSeenAt, Detail)
            VALUES ({(int)FindingKind.Lockup}, 'lockup {host}', {(int)FindingState.Resolved}, '{host} is locked up', '{host}', '', 1, {from}, {to}, '', {to}, x'');
            INSERT INTO FindingEvents (FindingId, At, Step, Note) VALUES (last_insert_rowid(), {from}, {(int)FindingStep.Opened}, '');
            INSERT INTO FindingEvents (FindingId, At, Step, Note)
            SELECT FindingId, {to}, {(int)FindingStep.Resolved}, '' FROM FindingEvents WHERE Id = last_insert_rowid();
            """));
    }
}
