using System.Security.Claims;
using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Storage;
using FleetConsole.Server.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class CaptureUploadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_waits_for_whoever_reads_a_profile()
    {
        using var folder = new TempFolder();
        using var database = new MemoryDatabase();
        using var gate = new ReadingGate();
        using var reads = new ManualResetEventSlim();
        var storage = Options.Create(new StorageOptions { Folder = folder.Path, KeepFreeMegabytes = 0 });
        var files = new CaptureFiles(storage);
        using var audit = new AuditTrail(database, storage, NullLogger<AuditTrail>.Instance);
        var reading = gate.RunAsync(() => reads.Wait(TimeSpan.FromMinutes(1)), Cancel);

        var keeping = new CaptureUploads(database, audit, files, gate, TimeProvider.System)
            .KeepAsync(new MemoryStream("goroutine 1 [running]:\nmain.main()\n"u8.ToArray()), "a.txt", new(new ClaimsPrincipal(), "olga", ""), Cancel);
        await Wait.UntilAsync("the file is stored", () => Directory.GetFiles(folder.At("captures")) is [var file] && !file.EndsWith(".part", StringComparison.Ordinal));

        // That something does not happen can only be waited for; such a file is read in a few milliseconds.
        await Assert.ThrowsAsync<TimeoutException>(() => keeping.WaitAsync(TimeSpan.FromMilliseconds(300), Cancel));
        reads.Set();
        Assert.True(await reading);
        await keeping;
        await using var db = database.CreateDbContext();
        Assert.Equal("dump", (await db.Captures.SingleAsync(Cancel)).Kind);
    }
}
