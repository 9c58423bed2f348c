using System.Net;
using System.Security.Cryptography;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features;

/// <summary>A profile from the agent to the disk and to the person who asked.</summary>
public sealed class ProfileTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_profile_is_stored_under_its_hash_and_downloaded_byte_for_byte()
    {
        var host = await fleet.HostAsync();
        var profile = RandomNumberGenerator.GetBytes(200_000);
        fleet.Agent.Profiles = (_, to) => FakeAgent.SendAsync(to, profile, CommandFleet.OldStart);

        var end = await fleet.EndOfAsync((await fleet.ProfileAsync(host, 7)).Id);
        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        var stored = await Wait.ForAsync("the command names its capture", () => fleet.ViewAsync(end.Id), v => v.CaptureId > 0);

        var capture = Assert.Single((await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(new() { Host = host }, o))).Captures);
        Assert.Equal((stored.CaptureId, "cpu", 7, 200_000, "operator"), (capture.Id, capture.Kind, capture.Seconds, capture.SizeBytes, capture.TakenBy));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(profile)), capture.Sha256);
        Assert.Equal(CommandFleet.OldStart, capture.ProcessStartedAt.ToDateTimeOffset().ToUnixTimeSeconds());
        Assert.Equal(profile, await File.ReadAllBytesAsync(Path.Join(fleet.Console.Data, "captures", capture.Sha256), Cancel));
        using var download = await fleet.Operator.Http.GetAsync($"/captures/{capture.Id}/file", Cancel);
        Assert.Equal(profile, await download.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(capture.FileName, download.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        var call = Assert.Single(fleet.Agent.ProfileCalls, c => c.CommandId == end.Id);
        Assert.Equal((7, "gitaly"), (call.Seconds, call.Unit));
    }

    [Fact]
    public async Task Equal_profiles_share_one_file()
    {
        var (one, two) = (await fleet.HostAsync(), await fleet.HostAsync());
        var profile = RandomNumberGenerator.GetBytes(100);
        fleet.Agent.Profiles = (_, to) => FakeAgent.SendAsync(to, profile, CommandFleet.OldStart);

        await fleet.EndOfAsync((await fleet.ProfileAsync(one)).Id);
        await fleet.EndOfAsync((await fleet.ProfileAsync(two)).Id);

        var hash = Convert.ToHexStringLower(SHA256.HashData(profile));
        var captures = (await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(new(), o))).Captures.Where(c => c.Sha256 == hash);
        Assert.Equal([one, two], captures.Select(c => c.Host).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_download_is_refused_to_a_viewer_and_not_found_for_an_unknown_id()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Profiles = (_, to) => FakeAgent.SendAsync(to, [1, 2, 3], CommandFleet.OldStart);
        var end = await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);
        var id = (await Wait.ForAsync("the capture", () => fleet.ViewAsync(end.Id), v => v.CaptureId > 0)).CaptureId;

        var viewer = await fleet.Console.SignInAsync("viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.Http.GetAsync($"/captures/{id}/file", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Operator.Http.GetAsync("/captures/987654/file", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Operator.Http.GetAsync("/captures/..%2Fconsole.db/file", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "cpu profiling already in use")]
    [InlineData(StatusCode.Unavailable, "pprof did not answer")]
    public async Task A_profile_that_could_not_be_taken_has_failed_with_the_agents_message(StatusCode code, string message)
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Profiles = (_, _) => throw new RpcException(new Status(code, message));

        var end = await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.Contains(message, end.Message, StringComparison.Ordinal);
        Assert.Empty((await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(new() { Host = host }, o))).Captures);
    }

    [Fact]
    public async Task Half_a_profile_is_none_and_leaves_no_file()
    {
        var host = await fleet.HostAsync();
        var half = RandomNumberGenerator.GetBytes(100_000);
        fleet.Agent.Profiles = async (_, to) =>
        {
            await FakeAgent.SendAsync(to, half, CommandFleet.OldStart);
            throw new RpcException(new Status(StatusCode.Unavailable, "pprof broke off"));
        };

        var end = await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        var folder = Path.Join(fleet.Console.Data, "captures");
        Assert.False(File.Exists(Path.Join(folder, Convert.ToHexStringLower(SHA256.HashData(half)))));
        Assert.Empty(Directory.GetFiles(folder, "*.part"));
    }

    [Fact]
    public async Task An_empty_profile_is_none()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Profiles = (_, to) => FakeAgent.SendAsync(to, [], CommandFleet.OldStart);

        var end = await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.Contains("empty profile", end.Message, StringComparison.Ordinal);
    }
}
