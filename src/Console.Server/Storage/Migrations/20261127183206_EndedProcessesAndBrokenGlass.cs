using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FleetConsole.Server.Storage.Migrations
{
    /// <inheritdoc />
    public partial class EndedProcessesAndBrokenGlass : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "GlassBreaker",
                table: "Rollouts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "ProcessEnded",
                table: "Commands",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "GlassBreaker",
                table: "Rollouts");

            migrationBuilder.DropColumn(
                name: "ProcessEnded",
                table: "Commands");
        }
    }
}
