using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class CancelAndRerun : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "cause",
                table: "runs",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "request");

            migrationBuilder.AddColumn<string>(
                name: "replaces",
                table: "runs",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "revision",
                table: "pipelines",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "trigger",
                table: "pipelines",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "event");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "cause",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "replaces",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "revision",
                table: "pipelines");

            migrationBuilder.DropColumn(
                name: "trigger",
                table: "pipelines");
        }
    }
}
