using System.Net;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Features.Control;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>A profile says what a host does: an operator of other hosts may not read it.</summary>
public sealed class CaptureAccessTests(RuledFleet fleet) : IClassFixture<RuledFleet>
{
    [Fact]
    public async Task Captures_are_read_by_those_who_may_take_them_on_that_host()
    {
        fleet.Prometheus.Run("eu-7", CommandFleet.OldStart);
        fleet.Agent.Profiles = (_, stream) => FakeAgent.SendAsync(stream, [1, 2, 3], CommandFleet.OldStart);
        var other = await fleet.HostAsync();
        var (own, foreign) = (await CaptureAsync("eu-7"), await CaptureAsync(other));
        Assert.Equal(0, (await fleet.Console.CommandAsync(["users", "add", "emil", "--role", "eu-operator"], Programs.Password + "\n")).ExitCode);
        using var emil = fleet.Console.Nobody();
        await emil.SignInAsync("emil", Programs.Password);
        var profiles = new Profiles.ProfilesClient(emil.Channel);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(emil, $"/captures/{own}/file"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(emil, $"/captures/{foreign}/file"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(emil, $"/captures/{foreign}/pprof"));
        foreach (var call in new Func<Task>[]
        {
            () => Session.Ask(o => profiles.GetFlameAsync(new() { CaptureId = foreign }, o)),
            () => Session.Ask(o => profiles.GetDumpAsync(new() { CaptureId = foreign }, o)),
            () => Session.Ask(o => profiles.GetTextAsync(new() { CaptureId = foreign }, o)),
        })
        {
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }
    }

    [Fact]
    public async Task What_is_looked_at_changes_nothing_of_what_stands_beside_a_profile()
    {
        var profile = await File.ReadAllBytesAsync(Path.Join(AppContext.BaseDirectory, "Golden", "profiles", "cpu-8s.pb.gz"), TestContext.Current.CancellationToken);
        var host = await fleet.HostAsync();
        fleet.Agent.Profiles = (_, stream) => FakeAgent.SendAsync(stream, profile, CommandFleet.OldStart);
        var capture = await CaptureAsync(host);

        // 3.07 s in 8.17, by go tool pprof.
        foreach (var request in new FlameRequest[] { new() { CaptureId = capture }, new() { CaptureId = capture, SampleType = "samples" }, new() { CaptureId = capture, LabelKey = "no", LabelValue = "such" } })
        {
            var reply = await Session.Ask(o => new Profiles.ProfilesClient(fleet.Operator.Channel).GetFlameAsync(request, o));
            Assert.StartsWith("The profile has 0.38 cores over its 8 s; ", reply.Beside, StringComparison.Ordinal);
        }
    }

    private async Task<long> CaptureAsync(string host)
    {
        var command = await Session.Ask(o => fleet.Operator.Control.ProfileAsync(new() { Host = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Seconds = 1 }, o));
        return (await fleet.EndOfAsync(command.Id)).CaptureId;
    }

    private static async Task<HttpStatusCode> StatusAsync(Session session, string path) =>
        (await session.Http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode;
}
