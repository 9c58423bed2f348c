using System.Net;
using System.Security.Cryptography;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>A console that keeps four captures of a host.</summary>
public sealed class NarrowFleet(Programs programs) : CommandFleet(programs)
{
    public const int Most = 4;

    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        console.Section("Captures")["MostPerHost"] = Most;
    }
}

/// <summary>What the audit trail points to stays until a person deletes it, and then something is still there to point to.</summary>
public sealed class CaptureDeletionTests(NarrowFleet fleet) : IClassFixture<NarrowFleet>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_host_is_refused_until_an_administrator_deletes_with_a_reason_that_stands_for_ever()
    {
        var host = await fleet.HostAsync();
        var taken = new List<CommandView>();
        for (var i = 0; i < NarrowFleet.Most; i++)
            taken.Add(await ProfileAsync(host));

        var refused = await CommandFleet.RefusedAsync(() => fleet.ProfileAsync(host));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains($"{host} keeps 4 captures", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("an administrator deletes some on the page Captures, with a reason, or raises Captures:MostPerHost", refused.Detail, StringComparison.Ordinal);
        Assert.Equal([refused.Detail], (await ListAsync(new() { Host = host })).Notices);

        var capture = Assert.Single((await ListAsync(new() { CommandId = taken[0].Id })).Captures);
        var admin = await fleet.Console.SignInAsync("admin");
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => DeleteAsync(admin, capture.Id, "x"))).StatusCode);
        Assert.Equal(capture.SizeBytes, (await DeleteAsync(admin, capture.Id, "shows a customer's name")).SizeBytes);

        Assert.False(File.Exists(Path.Join(fleet.Console.Data, "captures", capture.Sha256)));
        Assert.DoesNotContain((await ListAsync(new() { Host = host })).Captures, c => c.Id == capture.Id);
        var stone = Assert.Single((await ListAsync(new() { CommandId = taken[0].Id })).Captures);
        Assert.Equal(("admin", "shows a customer's name", true), (stone.DeletedBy, stone.DeletedReason, stone.DeletedAt is not null));
        using var download = await fleet.Operator.Http.GetAsync($"/captures/{capture.Id}/file", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, download.StatusCode);
        Assert.Contains("deleted by admin", await download.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var row = (await fleet.AuditAsync(taken[0].Id))[^1];
        Assert.Equal(("delete-capture", "admin", host, "shows a customer's name"), (row.Action, row.User, row.Host, row.Reason));
        Assert.Contains(capture.Sha256, row.Detail, StringComparison.Ordinal);
        Assert.Contains("deleted by admin", (await Assert.ThrowsAsync<RpcException>(() => DeleteAsync(admin, capture.Id, "once more"))).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(CommandPhase.Succeeded, (await ProfileAsync(host)).Phase);
    }

    [Fact]
    public async Task Bytes_that_another_capture_has_too_stay_when_one_is_deleted()
    {
        var (one, two) = (await fleet.HostAsync(), await fleet.HostAsync());
        var bytes = RandomNumberGenerator.GetBytes(100);
        var (first, second) = ((await ProfileAsync(one, bytes)).CaptureId, (await ProfileAsync(two, bytes)).CaptureId);
        var admin = await fleet.Console.SignInAsync("admin");
        var file = Path.Join(fleet.Console.Data, "captures", Convert.ToHexStringLower(SHA256.HashData(bytes)));

        await DeleteAsync(admin, first, "not wanted");
        Assert.True(File.Exists(file));
        await DeleteAsync(admin, second, "not wanted");

        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task The_evidence_of_a_restart_is_taken_of_a_full_host_too()
    {
        var host = await fleet.HostAsync();
        for (var i = 0; i < NarrowFleet.Most; i++)
            await ProfileAsync(host);
        fleet.Agent.Restarts = _ =>
        {
            fleet.Prometheus.Run(host, CommandFleet.NewStart);
            return Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        };

        var restart = await Session.Ask(o => fleet.Operator.Control.RestartAsync(
            new() { Host = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = host }, o));
        await fleet.EndOfAsync(restart.Id);

        Assert.NotEmpty((await ListAsync(new() { CommandId = restart.Id })).Captures);
    }

    [Fact]
    public async Task What_a_command_took_outlives_its_days_and_a_disk_that_is_nearly_full_takes_no_more()
    {
        var host = await fleet.HostAsync();
        var taken = await ProfileAsync(host);
        await fleet.Console.Run.KillAsync();
        Assert.Equal(2, await fleet.Console.ExecuteSqlAsync($"""
            UPDATE Captures SET TakenAt = 0 WHERE Id = {taken.CaptureId};
            INSERT INTO Captures (CommandId, Host, Kind, TakenAt, Version, Seconds, SizeBytes, Sha256, TakenBy, Reason, DeletedBy, DeletedReason)
            VALUES ('', '', 'dump', 0, '', 0, 1, 'none', 'olga', 'an upload', '', '');
            """));

        fleet.Console.Section("Storage")["KeepFreeMegabytes"] = 100_000_000;
        await fleet.StartAsync();
        await Wait.UntilAsync("the old upload is removed", async () => (await ListAsync(new() { Kind = "dump" })).Captures.All(c => c.Reason != "an upload"));

        Assert.Equal(taken.CaptureId, Assert.Single((await ListAsync(new() { Host = host })).Captures).Id);
        var full = await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);
        Assert.Equal(CommandPhase.Failed, full.Phase);
        Assert.Contains("Storage:KeepFreeMegabytes", full.Message, StringComparison.Ordinal);
        using var upload = await fleet.Operator.UploadAsync("goroutine 1 [running]:\nmain.main()\n"u8.ToArray());
        Assert.Equal(HttpStatusCode.InsufficientStorage, upload.StatusCode);
        Assert.Contains("Make room on it, or have an administrator delete captures", await upload.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        await fleet.Console.Run.KillAsync();
        fleet.Console.Section("Storage").Remove("KeepFreeMegabytes");
        await fleet.StartAsync();
    }

    private async Task<CommandView> ProfileAsync(string host, byte[]? bytes = null)
    {
        bytes ??= RandomNumberGenerator.GetBytes(100);
        fleet.Agent.Profiles = (_, stream) => FakeAgent.SendAsync(stream, bytes, CommandFleet.OldStart);
        return await fleet.EndOfAsync((await fleet.ProfileAsync(host)).Id);
    }

    private Task<ListCapturesReply> ListAsync(ListCapturesRequest request) => Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(request, o));

    private static Task<DeleteCapturesReply> DeleteAsync(Session session, long id, string reason) =>
        Session.Ask(o => session.Captures.DeleteCapturesAsync(new() { CaptureIds = { id }, Reason = reason }, o));
}
