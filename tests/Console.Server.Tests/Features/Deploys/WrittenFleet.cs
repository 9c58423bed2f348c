using System.Globalization;
using System.Text;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>
/// Two hosts' past as Prometheus would have scraped it. Ten requests a second, spread evenly from 0 to a longest one,
/// so that the p99 is 0.99 of that one.
/// </summary>
/// <param name="lives">When each process of a host started, its version, and how long its requests take beside the first one's.</param>
internal sealed class WrittenFleet((double HoursAgo, string Version, double Factor)[] lives)
{
    private const int Scrape = 15;
    private const int BetweenHosts = 120;
    private const double RequestsPerSecond = 10;
    private const double Hour = 3600;
    private static readonly double[] Bounds = [.. Enumerable.Range(0, 24).Select(k => Math.Round(0.02 * Math.Pow(1.25, k), 5))];

    public WrittenFleet()
        : this([(8, "1.0", 1), (6, "1.0", 1), (3.5, "1.1", 1), (50.0 / 60, "1.2", 0.6)])
    {
    }

    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / Scrape * Scrape;

    /// <summary>Within this age of the last process but one its requests take so many times as long: it is locked up.</summary>
    public (double FromHours, double ToHours, double Factor) LockedUp { get; init; }

    /// <summary>Unix seconds of the newest version's first restart.</summary>
    public long NewestDeploy => NewestStart(0);

    /// <summary>Unix seconds of the newest process's start on a host, from 0.</summary>
    public long NewestStart(int host) => Start(lives.Length - 1, host);

    /// <summary>Unix seconds of the start of the process before it.</summary>
    public long ReplacedStart(int host) => Start(lives.Length - 2, host);

    /// <summary>Writes it as blocks of a Prometheus that has not been started yet.</summary>
    public async Task WriteAsync(string data)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(data);
        await using var promtool = new ChildProcess("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", folder.Write("history.txt", Text()), data]);
        Assert.True(await promtool.ExitAsync() == 0, string.Join('\n', promtool.Lines));
    }

    private long Start(int life, int host) => _now - (long)(lives[life].HoursAgo * Hour) + (host * BetweenHosts);

    private string Text()
    {
        var text = new StringBuilder();
        for (var host = 0; host < 2; host++)
        {
            for (var life = 0; life < lives.Length; life++)
            {
                var counts = new double[Bounds.Length + 1];
                var start = Start(life, host);
                var end = life + 1 < lives.Length ? Start(life + 1, host) : _now;
                for (var at = start + 5; at < end; at += Scrape)
                {
                    Add(text, "up", host, "", 1, at);
                    Add(text, "process_start_time_seconds", host, "", start, at);
                    Add(text, "gitlab_build_info", host, $",version=\"{lives[life].Version}\"", 1, at);
                    var locked = life == lives.Length - 2 && at - start >= LockedUp.FromHours * Hour && at - start < LockedUp.ToHours * Hour ? LockedUp.Factor : 1;
                    Count(counts, 0.1 * lives[life].Factor * locked * Math.Pow(2, (at - start) / Hour));
                    for (var k = 0; k < counts.Length; k++)
                        Add(text, "grpc_server_handling_seconds_bucket", host, Labels + $",le=\"{Le(k)}\"", counts[k], at);
                    Add(text, "grpc_server_handling_seconds_count", host, Labels, counts[^1], at);
                }
            }
        }

        return text.Append("# EOF\n").ToString();
    }

    private const string Labels = ",grpc_service=\"gitaly.RefService\",grpc_method=\"RefExists\"";

    private static void Count(double[] counts, double longest)
    {
        for (var k = 0; k < counts.Length; k++)
            counts[k] += RequestsPerSecond * Scrape * (k < Bounds.Length ? Math.Min(1, Bounds[k] / longest) : 1);
    }

    private static string Le(int k) => k < Bounds.Length ? Bounds[k].ToString(CultureInfo.InvariantCulture) : "+Inf";

    private static void Add(StringBuilder text, string name, int host, string labels, double value, double at) => text.AppendLine(
        CultureInfo.InvariantCulture, $"{name}{{job=\"gitaly\",instance=\"git-{host + 1}\"{labels}}} {value} {at}");
}
