using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>
    /// What was asked by hand, and what answered it, get columns of their own. Attempts that have ended keep both inside their policy, as they were written:
    /// the trigger that refuses every change of them refuses these columns, too.
    /// </summary>
    public partial class PromotionRequests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "answered_by",
                table: "promotion_attempts",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "request",
                table: "promotion_attempts",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "answered_by",
                table: "promotion_attempts");

            migrationBuilder.DropColumn(
                name: "request",
                table: "promotion_attempts");
        }
    }
}
