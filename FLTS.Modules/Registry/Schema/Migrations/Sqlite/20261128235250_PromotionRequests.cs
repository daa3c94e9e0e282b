using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
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
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "request",
                table: "promotion_attempts",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // EF would copy the table.
            migrationBuilder.Sql("ALTER TABLE promotion_attempts DROP COLUMN answered_by");
            migrationBuilder.Sql("ALTER TABLE promotion_attempts DROP COLUMN request");
        }
    }
}
