using System.Globalization;
using FleetConsole.Agent.Tests.Harness;

namespace FleetConsole.Agent.Tests;

public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long MaxAtRestKilobytes = 40_000;
    private const int Scrapes = 300;

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

    private static long ResidentKilobytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
