using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>
    /// What fell out of use, and whose turn it is to prune. What is in force, and what is part of a model, is not taken; what was taken is put
    /// in force no more (ADR 10).
    /// </summary>
    public partial class Retention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pruned_at",
                table: "sources",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pruned_at",
                table: "runs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pruned_at",
                table: "datasets",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "retention_marks",
                columns: table => new
                {
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    taken_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_marks", x => new { x.kind, x.id });
                    table.CheckConstraint("ck_retention_marks_kind", "kind IN ('run', 'data', 'source', 'identifier')");
                });

            migrationBuilder.CreateTable(
                name: "retention_turns",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "bigint", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    faults = table.Column<int>(type: "integer", nullable: false),
                    deaths = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    epochs_thinned_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_turns", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_retention_marks_taken_at",
                table: "retention_marks",
                column: "taken_at");

            migrationBuilder.Sql(
                "INSERT INTO retention_turns (name, lease_token, tries, faults, deaths) VALUES ('retention', 0, 0, 0, 0)");
            migrationBuilder.Sql(
                """
                CREATE FUNCTION flts_retention_spares_models() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (
                            SELECT 1 FROM champions c WHERE c.run_id = NEW.id
                            AND c.version = (SELECT max(version) FROM champions WHERE identifier = c.identifier))
                        OR EXISTS (
                            SELECT 1 FROM run_members m JOIN runs r ON r.run_id = m.run_id
                            WHERE m.member_run_id = NEW.id AND r.status = 'succeeded') THEN
                        RAISE EXCEPTION 'retention_marks: what is in force, or part of a model, is not pruned';
                    END IF;
                    RETURN NEW;
                END $$;

                CREATE TRIGGER retention_marks_spare_models BEFORE UPDATE OF taken_at ON retention_marks
                    FOR EACH ROW WHEN (NEW.taken_at IS NOT NULL AND NEW.kind = 'run') EXECUTE FUNCTION flts_retention_spares_models();

                CREATE FUNCTION flts_champions_are_models() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id AND status = 'pruned')
                        OR EXISTS (SELECT 1 FROM retention_marks WHERE kind = 'run' AND id = NEW.run_id AND taken_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'champions: a run that is pruned is no model any more';
                    END IF;
                    RETURN NEW;
                END $$;

                CREATE TRIGGER champions_are_models BEFORE INSERT ON champions
                    FOR EACH ROW EXECUTE FUNCTION flts_champions_are_models();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER champions_are_models ON champions;
                DROP FUNCTION flts_champions_are_models();
                DROP TRIGGER retention_marks_spare_models ON retention_marks;
                DROP FUNCTION flts_retention_spares_models();
                """);

            migrationBuilder.DropTable(
                name: "retention_marks");

            migrationBuilder.DropTable(
                name: "retention_turns");

            migrationBuilder.DropColumn(
                name: "pruned_at",
                table: "sources");

            migrationBuilder.DropColumn(
                name: "pruned_at",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "pruned_at",
                table: "datasets");
        }
    }
}
