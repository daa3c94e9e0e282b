using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>How the champion of a station does now, in two numbers.</summary>
    public partial class LiveSummary : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "coverage",
                table: "live_stations",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "ratio",
                table: "live_stations",
                type: "REAL",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "coverage",
                table: "live_stations");

            migrationBuilder.DropColumn(
                name: "ratio",
                table: "live_stations");
        }
    }
}
