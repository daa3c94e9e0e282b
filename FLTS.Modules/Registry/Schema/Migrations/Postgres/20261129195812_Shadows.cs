using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>Runs that are scored beside the champion of their station; they are not taken to be pruned (ADR 10, 22).</summary>
    public partial class Shadows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "shadows",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shadows", x => x.identifier);
                    table.ForeignKey(
                        name: "fk_shadows_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_shadows_run_id",
                table: "shadows",
                column: "run_id",
                unique: true);

            migrationBuilder.Sql(
                """
                CREATE FUNCTION flts_retention_spares_shadows() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT 1 FROM shadows WHERE run_id = NEW.id) THEN
                        RAISE EXCEPTION 'retention_marks: what is scored beside a champion is not pruned';
                    END IF;
                    RETURN NEW;
                END $$;

                CREATE TRIGGER retention_marks_spare_shadows BEFORE UPDATE OF taken_at ON retention_marks
                    FOR EACH ROW WHEN (NEW.taken_at IS NOT NULL AND NEW.kind = 'run') EXECUTE FUNCTION flts_retention_spares_shadows();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER retention_marks_spare_shadows ON retention_marks;
                DROP FUNCTION flts_retention_spares_shadows();
                """);

            migrationBuilder.DropTable(
                name: "shadows");
        }
    }
}
