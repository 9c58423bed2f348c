using FleetConsole.Server.Features.Captures;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class ChildrenCpuTests
{
    [Theory]
    [InlineData(0.19, 0.20, 0.61, "The profile has 0.19 cores of the 0.20 that the process used; its children used 0.61 meanwhile, which a profile of the process cannot see: perf does.")]
    [InlineData(0.05, 0.20, 0.61, "The profile has 0.05 cores of the 0.20 that the process used, so it misses part of it; its children used 0.61 meanwhile, which a profile of the process cannot see: perf does.")]
    [InlineData(0.05, null, 0.61, "The profile has 0.05 cores; what the process used is not known; its children used 0.61 meanwhile, which a profile of the process cannot see: perf does.")]
    [InlineData(0.19, 0.20, null, "The profile has 0.19 cores of the 0.20 that the process used; what its children used is not known, since no figures of the whole service cover the process.")]
    public void What_a_profile_cannot_see_stands_beside_it(double profiled, double? process, double? children, string words) =>
        Assert.Equal(words, ChildrenCpu.Words(profiled, process, children));
}
