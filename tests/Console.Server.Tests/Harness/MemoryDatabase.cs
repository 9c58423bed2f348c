using FleetConsole.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>The console's database in memory, for parts of it that run within the test.</summary>
internal sealed class MemoryDatabase : IDbContextFactory<ConsoleDb>, IDisposable
{
    // Open as long as the database shall be there.
    private readonly SqliteConnection _memory = new("Data Source=:memory:");

    public MemoryDatabase()
    {
        _memory.Open();
        using var db = CreateDbContext();
        db.Database.EnsureCreated();
    }

    public ConsoleDb CreateDbContext() => new(new DbContextOptionsBuilder<ConsoleDb>().UseSqlite(_memory).Options);

    public void Dispose() => _memory.Dispose();
}
