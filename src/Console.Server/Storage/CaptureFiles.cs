using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

/// <summary>The bytes of captures, each file named by the SHA-256 of what it holds.</summary>
internal sealed class CaptureFiles(IOptions<StorageOptions> options)
{
    private readonly string _folder = Path.Combine(options.Value.Folder, "captures");

    public long MaxBytes => options.Value.MaxCaptureMegabytes * 1024L * 1024;

    /// <summary>Where the bytes with this hash lie.</summary>
    /// <param name="sha256">Lower-case hex.</param>
    public string PathOf(string sha256) => Path.GetFullPath(Path.Combine(_folder, sha256));

    /// <summary>Deletes the bytes with this hash unless a capture still has them.</summary>
    public async Task DropUnusedAsync(ConsoleDb db, string sha256, CancellationToken cancellationToken)
    {
        if (!await db.Captures.AnyAsync(c => c.Sha256 == sha256 && c.DeletedAt == null, cancellationToken))
            File.Delete(PathOf(sha256));
    }

    /// <summary>
    /// Stores what <paramref name="write"/> writes. A file appears under its hash whole or not at all: it is written
    /// beside it and renamed.
    /// </summary>
    /// <exception cref="NoRoomException">The disk is nearly full; <paramref name="write"/> was not called.</exception>
    /// <returns>What <paramref name="write"/> returned, the hash in lower-case hex, and the size.</returns>
    public async Task<(T Result, string Sha256, long Size)> StoreAsync<T>(Func<Stream, Task<T>> write, CancellationToken cancellationToken)
    {
        var free = new DriveInfo(Directory.CreateDirectory(_folder).FullName).AvailableFreeSpace / 1048576;
        if (free < options.Value.KeepFreeMegabytes)
            throw new NoRoomException(free, options.Value.KeepFreeMegabytes);
        var unfinished = Path.Combine(_folder, $"{Guid.NewGuid():N}.part");
        try
        {
            T result;
            string hash;
            long size;
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                result = await write(file);
                file.Position = 0;
                hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
                size = file.Length;
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, PathOf(hash), overwrite: true);
            return (result, hash, size);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
