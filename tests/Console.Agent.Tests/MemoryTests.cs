using System.Globalization;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests;

public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long MaxAtRestKilobytes = 40_000;
    private const long MaxUnderLoadKilobytes = 80_000;
    private const int Scrapes = 300;
    private const int Watchers = 20;
    private const int Rounds = 20;
    private const int LogBytes = 4 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Native_agent_rests_under_40_MB_and_scrapes_do_not_grow_it_past_that()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is null,
            "FLEETCONSOLE_AGENT names no native agent; the bar is the native one's.");
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        await agent.StatusAsync();
        var atRest = ResidentKilobytes(agent.Pid);
        using var http = new HttpClient();
        for (var i = 0; i < Scrapes; i++)
            await http.GetStringAsync(new Uri($"{agent.Metrics.TrimEnd('/')}/metrics"), Cancel);
        var scraped = ResidentKilobytes(agent.Pid);
        output.WriteLine($"resident: {atRest} kB at rest, {scraped} kB after {Scrapes} scrapes");
        Assert.InRange(atRest, 1, MaxAtRestKilobytes);
        Assert.InRange(scraped, 1, MaxAtRestKilobytes);
    }

    [Fact]
    public async Task Native_agent_stays_under_80_MB_while_it_is_watched_read_and_dumped()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is null,
            "FLEETCONSOLE_AGENT names no native agent; the bar is the native one's.");
        await using var setup = new AgentSetup();
        var line = new string('x', 99) + "\n";
        await File.WriteAllTextAsync(setup.At("server.log"), string.Concat(Enumerable.Repeat(line, LogBytes / line.Length * 2)), Cancel);
        await using var pprof = await FakePprof.StartAsync();
        pprof.Content = new byte[32 * 1024 * 1024];
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watchers = Enumerable.Range(0, Watchers).Select(_ => agent.Console.WatchStatus(new() { Unit = AgentSetup.Unit }, cancellationToken: ended.Token)).ToArray();
        await Task.WhenAll(watchers.Select(w => w.ResponseStream.MoveNext(Cancel)));
        for (var i = 0; i < Rounds; i++)
        {
            await Task.WhenAll(
                agent.StatusAsync(),
                agent.MetricsAsync(),
                agent.ReadLogAsync(10_000, LogBytes),
                Dumped.TakeAsync(agent.Console, Dumped.Order($"m-{i}", AgentSetup.Unit, i % 2 == 0 ? DumpRung.Goroutines : DumpRung.KernelStacks)));
        }

        var most = Kilobytes(agent.Pid, "VmHWM:");
        output.WriteLine($"resident at most: {most} kB with {Watchers} watchers, {Rounds} logs of 4 MiB and {Rounds / 2} dumps of 32 MiB");
        await ended.CancelAsync();
        Assert.InRange(most, 1, MaxUnderLoadKilobytes);
    }

    private static long ResidentKilobytes(int pid) => Kilobytes(pid, "VmRSS:");

    private static long Kilobytes(int pid, string key)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
