using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Sources.Watch;

namespace FleetConsole.Server.Tests.Sources;

/// <summary>A forecast belongs to one process.</summary>
public sealed class ForkLockTests
{
    private static readonly ForkLock Known = ForkLock.Unknown with { Forecast = new LockupForecast.NotRising(0.5), StartedAt = 1_790_000_000 };

    [Theory]
    [InlineData(1_790_000_000.0)]
    [InlineData(1_790_000_001.5)]
    public void A_start_that_jitters_is_the_same_process(double startedAt) => Assert.Same(Known, Known.Of(startedAt));

    [Theory]
    [InlineData(1_790_000_060.0)]
    [InlineData(null)]
    public void Nothing_is_foretold_of_a_process_by_the_one_before(double? startedAt)
    {
        var young = Known.Of(startedAt);

        Assert.Null(young.Forecast);
        Assert.Equal(startedAt, young.StartedAt);
    }
}
