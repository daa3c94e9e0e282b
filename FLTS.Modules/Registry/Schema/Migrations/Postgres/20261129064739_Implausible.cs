using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Implausible : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts",
                sql: "outcome IN ('promoted', 'kept_champion', 'below_baseline', 'implausible', 'superseded', 'blocked', 'failed')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts",
                sql: "outcome IN ('promoted', 'kept_champion', 'below_baseline', 'superseded', 'blocked', 'failed')");
        }
    }
}
