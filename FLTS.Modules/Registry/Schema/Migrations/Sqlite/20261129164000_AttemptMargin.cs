using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>An attempt keeps what the gate compared. Columns are added and dropped without copying a table (ADR 10).</summary>
    public partial class AttemptMargin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "margin_log_ratio",
                table: "promotion_attempts",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "margin_standard_error",
                table: "promotion_attempts",
                type: "REAL",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE promotion_attempts DROP COLUMN margin_standard_error");
            migrationBuilder.Sql("ALTER TABLE promotion_attempts DROP COLUMN margin_log_ratio");
        }
    }
}
