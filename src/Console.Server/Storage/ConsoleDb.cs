using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FleetConsole.Server.Storage;

/// <summary>Users, commands, captures and the audit trail.</summary>
internal sealed class ConsoleDb(DbContextOptions<ConsoleDb> options) : IdentityDbContext<IdentityUser>(options)
{
    public DbSet<CommandRow> Commands => Set<CommandRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<FindingRow> Findings => Set<FindingRow>();

    public DbSet<FindingEventRow> FindingEvents => Set<FindingEventRow>();

    public DbSet<CaptureRow> Captures => Set<CaptureRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite has no type for instants and cannot order EF's text form; milliseconds sort in every database.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<CommandRow>(command =>
        {
            command.HasIndex(c => c.IdempotencyKey).IsUnique();
            command.HasIndex(c => new { c.Host, c.RequestedAt });

            // One command a host at a time, kept by the database so that two replicas cannot both believe they are first.
            command.HasIndex(c => c.Host).IsUnique().HasDatabaseName("IX_Commands_OneUnfinishedPerHost")
                .HasFilter($"\"Phase\" IN ({(int)CommandPhase.Requested}, {(int)CommandPhase.Running})");
        });
        builder.Entity<FindingRow>(finding =>
        {
            finding.HasIndex(f => f.Key).IsUnique().HasDatabaseName("IX_Findings_OneOpenPerKey")
                .HasFilter($"\"State\" <> {(int)FindingState.Resolved}");
            finding.HasIndex(f => new { f.Key, f.Id });
        });
        builder.Entity<FindingEventRow>().HasIndex(e => e.FindingId);
        builder.Entity<AuditRow>().HasIndex(a => a.CommandId);
        builder.Entity<CaptureRow>().HasIndex(c => new { c.Host, c.TakenAt });
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        at => at.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
