using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>Idempotency keys belong to whoever chose them.</summary>
public sealed class KeyTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    [Fact]
    public async Task Two_people_may_use_the_same_key()
    {
        var (first, second) = (await fleet.HostAsync(), await fleet.HostAsync());
        using var admin = await fleet.Console.SignInAsync("admin");
        var key = CommandFleet.NewKey();

        var theirs = await fleet.RestartAsync(first, key);
        var mine = await Session.Ask(o => admin.Control.RestartAsync(new() { Host = second, ConfirmHost = second, Reason = "a test", IdempotencyKey = key, SkipEvidence = true }, o));

        Assert.Equal((first, second), (theirs.Host, mine.Host));
        Assert.Equal(theirs.Id, (await fleet.RestartAsync(first, key)).Id);
        Assert.Equal(StatusCode.AlreadyExists, (await CommandFleet.RefusedAsync(() => fleet.RestartAsync(second, key))).StatusCode);
    }

    [Fact]
    public async Task Keys_of_rolling_restarts_are_nobodys_to_choose()
    {
        var refused = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(CommandFleet.Unmapped, "rollout-1-0-0"));

        Assert.Equal((StatusCode.InvalidArgument, "Keys that begin with \"rollout-\" are those of rolling restarts."), (refused.StatusCode, refused.Detail));
    }
}
