using FleetConsole.Server.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

internal static class StorageSetup
{
    // Rows of consoles before it had no hashes.
    private const string ChainMigration = "20261125015553_Control";

    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<StorageOptions>(configuration, StorageOptions.Section);
        services.AddDbContextFactory<ConsoleDb>((provider, db) =>
            db.UseSqlite($"Data Source={Path.Combine(Folder(provider), "console.db")};Default Timeout=10")

                // Both throw, and whoever catches knows whether it is an error: a second command on a held host is none.
                .ConfigureWarnings(events => events.Log(
                    (CoreEventId.SaveChangesFailed, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.TransactionError, LogLevel.Debug))));
        services.AddSingleton<CaptureFiles>();
        services.AddChecked<CapturesOptions>(configuration, CapturesOptions.Section);
        services.AddSingleton<CaptureRoom>();
        services.AddSingleton<AuditTrail>();

        // The keys of cookies and anti-forgery tokens: without a place of their own a restart would sign everybody out.
        var folder = configuration.GetSection(StorageOptions.Section)[nameof(StorageOptions.Folder)] ?? new StorageOptions().Folder;
        services.AddDataProtection().SetApplicationName("FleetConsole")
            .PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(folder, "keys")));
        return services;
    }

    /// <summary>Brings the database to this version's schema.</summary>
    public static async Task MigrateAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        // Password hashes, keys and profiles are nobody else's to read.
        var folder = Directory.CreateDirectory(Folder(services));
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        await using var db = await services.GetRequiredService<IDbContextFactory<ConsoleDb>>().CreateDbContextAsync(cancellationToken);
        var pending = await db.Database.GetPendingMigrationsAsync(cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        if (pending.Contains(ChainMigration))
            await AuditChain.SealAsync(db, cancellationToken);
    }

    private static string Folder(IServiceProvider services) => services.GetRequiredService<IOptions<StorageOptions>>().Value.Folder;
}
