using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FleetConsole.Server.Storage.Migrations
{
    /// <inheritdoc />
    public partial class KeysPerUserAndNewStarts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Rollouts_IdempotencyKey",
                table: "Rollouts");

            migrationBuilder.DropIndex(
                name: "IX_Commands_IdempotencyKey",
                table: "Commands");

            migrationBuilder.AddColumn<long>(
                name: "NewProcessStartedAt",
                table: "Commands",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Rollouts_RequestedBy_IdempotencyKey",
                table: "Rollouts",
                columns: new[] { "RequestedBy", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Commands_RequestedBy_IdempotencyKey",
                table: "Commands",
                columns: new[] { "RequestedBy", "IdempotencyKey" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Rollouts_RequestedBy_IdempotencyKey",
                table: "Rollouts");

            migrationBuilder.DropIndex(
                name: "IX_Commands_RequestedBy_IdempotencyKey",
                table: "Commands");

            migrationBuilder.DropColumn(
                name: "NewProcessStartedAt",
                table: "Commands");

            migrationBuilder.CreateIndex(
                name: "IX_Rollouts_IdempotencyKey",
                table: "Rollouts",
                column: "IdempotencyKey",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Commands_IdempotencyKey",
                table: "Commands",
                column: "IdempotencyKey",
                unique: true);
        }
    }
}
