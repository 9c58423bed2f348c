using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FleetConsole.Server.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Deploys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AnnouncedDeploys",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Version = table.Column<string>(type: "TEXT", nullable: false),
                    Commit = table.Column<string>(type: "TEXT", nullable: false),
                    Link = table.Column<string>(type: "TEXT", nullable: false),
                    Author = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    AnnouncedBy = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnnouncedDeploys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Incarnations",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Host = table.Column<string>(type: "TEXT", nullable: false),
                    StartedAt = table.Column<double>(type: "REAL", nullable: false),
                    FirstSeenAt = table.Column<double>(type: "REAL", nullable: false),
                    LastSeenAt = table.Column<double>(type: "REAL", nullable: false),
                    AloneSince = table.Column<double>(type: "REAL", nullable: false),
                    BeganAt = table.Column<double>(type: "REAL", nullable: false),
                    Version = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Incarnations", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Deploys",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    Shape = table.Column<int>(type: "INTEGER", nullable: false),
                    ToVersion = table.Column<string>(type: "TEXT", nullable: false),
                    FromVersions = table.Column<string>(type: "TEXT", nullable: false),
                    FirstRestartAt = table.Column<double>(type: "REAL", nullable: false),
                    LastRestartAt = table.Column<double>(type: "REAL", nullable: false),
                    Waiting = table.Column<string>(type: "TEXT", nullable: false),
                    AnnouncedId = table.Column<long>(type: "INTEGER", nullable: true),
                    JudgedAt = table.Column<double>(type: "REAL", nullable: true),
                    Steps = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Deploys", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Deploys_AnnouncedDeploys_AnnouncedId",
                        column: x => x.AnnouncedId,
                        principalTable: "AnnouncedDeploys",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateTable(
                name: "DeployVerdicts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    DeployId = table.Column<long>(type: "INTEGER", nullable: false),
                    Host = table.Column<string>(type: "TEXT", nullable: false),
                    Method = table.Column<string>(type: "TEXT", nullable: false),
                    Quantile = table.Column<double>(type: "REAL", nullable: false),
                    Word = table.Column<int>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    Fall = table.Column<double>(type: "REAL", nullable: true),
                    FallLow = table.Column<double>(type: "REAL", nullable: true),
                    FallHigh = table.Column<double>(type: "REAL", nullable: true),
                    Effect = table.Column<double>(type: "REAL", nullable: true),
                    EffectLow = table.Column<double>(type: "REAL", nullable: true),
                    EffectHigh = table.Column<double>(type: "REAL", nullable: true),
                    Oldest = table.Column<double>(type: "REAL", nullable: true),
                    OldestLow = table.Column<double>(type: "REAL", nullable: true),
                    OldestHigh = table.Column<double>(type: "REAL", nullable: true),
                    AgeFrom = table.Column<double>(type: "REAL", nullable: true),
                    AgeTo = table.Column<double>(type: "REAL", nullable: true),
                    RateBefore = table.Column<double>(type: "REAL", nullable: true),
                    RateAfter = table.Column<double>(type: "REAL", nullable: true),
                    Requests = table.Column<double>(type: "REAL", nullable: false),
                    ProcessesBefore = table.Column<int>(type: "INTEGER", nullable: false),
                    ControlHosts = table.Column<int>(type: "INTEGER", nullable: false),
                    ControlShift = table.Column<double>(type: "REAL", nullable: true),
                    Bins = table.Column<int>(type: "INTEGER", nullable: false),
                    BinsNeeded = table.Column<int>(type: "INTEGER", nullable: false),
                    BinSeconds = table.Column<double>(type: "REAL", nullable: false),
                    EnoughAt = table.Column<double>(type: "REAL", nullable: true),
                    BeforeAges = table.Column<byte[]>(type: "BLOB", nullable: false),
                    BeforeSeconds = table.Column<byte[]>(type: "BLOB", nullable: false),
                    AfterAges = table.Column<byte[]>(type: "BLOB", nullable: false),
                    AfterSeconds = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeployVerdicts", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeployVerdicts_Deploys_DeployId",
                        column: x => x.DeployId,
                        principalTable: "Deploys",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AnnouncedDeploys_Version_At",
                table: "AnnouncedDeploys",
                columns: new[] { "Version", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_DeployVerdicts_DeployId_Host_Method_Quantile",
                table: "DeployVerdicts",
                columns: new[] { "DeployId", "Host", "Method", "Quantile" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Deploys_AnnouncedId",
                table: "Deploys",
                column: "AnnouncedId");

            migrationBuilder.CreateIndex(
                name: "IX_Deploys_FirstRestartAt",
                table: "Deploys",
                column: "FirstRestartAt");

            migrationBuilder.CreateIndex(
                name: "IX_Incarnations_Host_StartedAt",
                table: "Incarnations",
                columns: new[] { "Host", "StartedAt" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Incarnations_LastSeenAt",
                table: "Incarnations",
                column: "LastSeenAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeployVerdicts");

            migrationBuilder.DropTable(
                name: "Incarnations");

            migrationBuilder.DropTable(
                name: "Deploys");

            migrationBuilder.DropTable(
                name: "AnnouncedDeploys");
        }
    }
}
