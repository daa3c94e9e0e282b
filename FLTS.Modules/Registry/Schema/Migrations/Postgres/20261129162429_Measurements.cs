using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>The append log, and which sources were made of it.</summary>
    public partial class Measurements : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "made_of",
                table: "sources",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "measurement_logs",
                columns: table => new
                {
                    dataset = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    changes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_measurement_logs", x => x.dataset);
                });

            migrationBuilder.CreateTable(
                name: "measurements",
                columns: table => new
                {
                    dataset = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ts = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    values = table.Column<string>(type: "text", nullable: false),
                    known_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_measurements", x => new { x.dataset, x.ts, x.revision });
                    table.CheckConstraint("ck_measurements_revision", "revision >= 1");
                });

            migrationBuilder.CreateIndex(
                name: "ix_sources_name_part_made_of",
                table: "sources",
                columns: new[] { "name", "part", "made_of" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "measurement_logs");

            migrationBuilder.DropTable(
                name: "measurements");

            migrationBuilder.DropIndex(
                name: "ix_sources_name_part_made_of",
                table: "sources");

            migrationBuilder.DropColumn(
                name: "made_of",
                table: "sources");
        }
    }
}
