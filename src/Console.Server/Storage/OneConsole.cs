using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

/// <summary>Holds a lock in the data folder while the console lives: two on one database would each carry out, and end, what the other runs.</summary>
internal static class OneConsole
{
    /// <returns>The lock; null, with a line on <paramref name="error"/>, when another console has it or it cannot be made.</returns>
    public static FileStream? TryLock(IServiceProvider services, TextWriter error)
    {
        var path = Path.Combine(services.GetRequiredService<IOptions<StorageOptions>>().Value.Folder, "console.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{path} cannot be locked: {(e is IOException && File.Exists(path) ? "another console uses this folder. End it, or set Storage:Folder to another one." : e.Message)}");
            return null;
        }
    }
}
