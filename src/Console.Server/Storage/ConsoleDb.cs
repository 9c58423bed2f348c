using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FleetConsole.Server.Storage;

/// <summary>Users, commands, captures, the audit trail; processes, deploys and what they did.</summary>
internal sealed class ConsoleDb(DbContextOptions<ConsoleDb> options) : IdentityDbContext<IdentityUser>(options)
{
    public DbSet<CommandRow> Commands => Set<CommandRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<RolloutRow> Rollouts => Set<RolloutRow>();

    public DbSet<ApiTokenRow> ApiTokens => Set<ApiTokenRow>();

    public DbSet<FindingRow> Findings => Set<FindingRow>();

    public DbSet<FindingEventRow> FindingEvents => Set<FindingEventRow>();

    public DbSet<CaptureRow> Captures => Set<CaptureRow>();

    public DbSet<IncarnationRow> Incarnations => Set<IncarnationRow>();

    public DbSet<DeployRow> Deploys => Set<DeployRow>();

    public DbSet<AnnouncedDeployRow> AnnouncedDeploys => Set<AnnouncedDeployRow>();

    public DbSet<DeployVerdictRow> DeployVerdicts => Set<DeployVerdictRow>();

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
            command.HasIndex(c => new { c.RequestedBy, c.IdempotencyKey }).IsUnique();
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
        builder.Entity<RolloutRow>(rollout =>
        {
            rollout.HasIndex(r => new { r.RequestedBy, r.IdempotencyKey }).IsUnique();
            rollout.OwnsOne(r => r.GlassBreaker, breaker => breaker.ToJson());
        });
        builder.Entity<CommandRow>().HasIndex(c => c.RolloutId);
        builder.Entity<ApiTokenRow>(token =>
        {
            token.HasIndex(t => t.Hash).IsUnique();
            token.HasOne<IdentityUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AuditRow>().HasIndex(a => a.CommandId);
        builder.Entity<AuditRow>().Property(a => a.Id).ValueGeneratedNever();
        builder.Entity<CaptureRow>().HasIndex(c => new { c.Host, c.TakenAt });
        BuildDeploys(builder);
    }

    private static void BuildDeploys(ModelBuilder builder)
    {
        builder.Entity<IncarnationRow>().HasIndex(p => new { p.Host, p.StartedAt }).IsUnique();
        builder.Entity<IncarnationRow>().HasIndex(p => p.LastSeenAt);
        builder.Entity<DeployRow>(deploy =>
        {
            deploy.HasIndex(d => d.FirstRestartAt);
            deploy.OwnsMany(d => d.Steps, step => step.ToJson());
            deploy.HasOne<AnnouncedDeployRow>().WithMany().HasForeignKey(d => d.AnnouncedId).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<AnnouncedDeployRow>().HasIndex(a => new { a.Version, a.At });
        builder.Entity<DeployVerdictRow>(verdict =>
        {
            verdict.HasIndex(v => new { v.DeployId, v.Host, v.Method, v.Quantile }).IsUnique();
            verdict.HasOne<DeployRow>().WithMany().HasForeignKey(v => v.DeployId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        at => at.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
