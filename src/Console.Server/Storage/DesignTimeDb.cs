using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FleetConsole.Server.Storage;

/// <summary>Lets <c>dotnet ef migrations add</c> build the model without a configured server.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<ConsoleDb>
{
    public ConsoleDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ConsoleDb>().UseSqlite("Data Source=design-time.db").Options);
}
