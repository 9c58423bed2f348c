using System.Text;
using FleetConsole.Agent.Systemd;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests.Systemd;

/// <summary>What systemd's programs write, as its manual pages describe it.</summary>
public sealed class ParsingTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("100ms", 0.1)]
    [InlineData("1min 30s", 90)]
    [InlineData("2h 5us", 7200.000005)]
    [InlineData("1d 1M", 86_400 + (30.44 * 86_400))]
    [InlineData("30", 30)]
    public void Time_span_is_read(string text, double seconds)
    {
        Assert.Equal(seconds, TimeSpanText.Parse(text)?.TotalSeconds ?? double.NaN, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1 fortnight")]
    [InlineData("-1s")]
    public void What_is_no_time_span_is_none(string text) => Assert.Null(TimeSpanText.Parse(text));

    [Fact]
    public void Infinity_is_the_longest_time_span() => Assert.Equal(TimeSpan.MaxValue, TimeSpanText.Parse("infinity"));

    [Theory]
    [InlineData("loaded", "active", "running", UnitState.Active)]
    [InlineData("loaded", "reloading", "reload", UnitState.Active)]
    [InlineData("loaded", "activating", "start", UnitState.Starting)]
    [InlineData("loaded", "activating", "auto-restart", UnitState.Restarting)]
    [InlineData("loaded", "deactivating", "stop-sigterm", UnitState.Stopping)]
    [InlineData("loaded", "failed", "failed", UnitState.Failed)]
    [InlineData("loaded", "inactive", "dead", UnitState.Inactive)]
    [InlineData("not-found", "inactive", "dead", UnitState.Failed)]
    public void State_is_systemds(string load, string active, string sub, UnitState state)
    {
        var service = ServiceState.Parse($"MainPID=12\nLoadState={load}\nActiveState={active}\nSubState={sub}\nResult=success\nActiveEnterTimestamp=@1700000000\nFuture=a=b\n");
        Assert.Equal((state, 12), (service.State, service.MainPid));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), service.ActiveSince);
        Assert.Equal(load == "loaded" ? "success" : load, service.Outcome);
    }

    [Fact]
    public void Inherited_standard_error_goes_where_standard_output_goes()
    {
        Assert.True(JournalLog.Takes(ServiceState.Parse("StandardOutput=journal\nStandardError=inherit").ErrorsGoTo));
        Assert.False(JournalLog.Takes(ServiceState.Parse("StandardOutput=journal\nStandardError=append:/var/log/x").ErrorsGoTo));
    }

    [Fact]
    public void Last_rate_limit_of_journald_counts_and_a_comment_does_not()
    {
        Assert.Equal((TimeSpan.FromSeconds(30), 10_000L), JournalLimits.Parse("[Journal]\n#RateLimitBurst=5\n"));
        Assert.Equal((TimeSpan.FromMinutes(1), 0L), JournalLimits.Parse("RateLimitIntervalSec=5s\nRateLimitBurst = 9\n# next file\nRateLimitIntervalSec=1min\nRateLimitBurst=0\n"));
        Assert.False(JournalLimits.Describe("x.service", TimeSpan.FromMinutes(1), 0).CutsDumps);
        Assert.False(JournalLimits.Describe("x.service", TimeSpan.FromSeconds(1), 1_000_000).CutsDumps);
        Assert.True(JournalLimits.Describe("x.service", TimeSpan.FromSeconds(30), 10_000).CutsDumps);
    }

    [Fact]
    public async Task Records_are_read_whole_and_the_cursors_own_is_left_out()
    {
        const string records =
            """
            {"__CURSOR":"c1","MESSAGE":"before"}
            {"MESSAGE":"gor\u00f6utine 1 [running]:","__CURSOR":"c2"}
            {"__CURSOR":"c3","MESSAGE":[104,105,255]}
            {"__CURSOR":"c4","MESSAGE":null,"_PID":"1"}

            """;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(records));
        var messages = new List<string>();
        await JournalRecords.ReadMessagesAsync(stream, "c1", m => messages.Add(Encoding.Latin1.GetString(m)), TestContext.Current.CancellationToken);
        Assert.Equal([Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("gor\u00f6utine 1 [running]:")), "hi\u00ff", ""], messages);
    }
}
