using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
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
            migrationBuilder.AddColumn<long>(
                name: "pruned_at",
                table: "sources",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "pruned_at",
                table: "runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "pruned_at",
                table: "datasets",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "retention_marks",
                columns: table => new
                {
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    taken_at = table.Column<long>(type: "INTEGER", nullable: true)
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
                    name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_owner = table.Column<string>(type: "TEXT", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "INTEGER", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    faults = table.Column<int>(type: "INTEGER", nullable: false),
                    deaths = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", nullable: true),
                    epochs_thinned_to = table.Column<long>(type: "INTEGER", nullable: true)
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
                CREATE TRIGGER retention_marks_spare_models BEFORE UPDATE OF taken_at ON retention_marks
                WHEN NEW.taken_at IS NOT NULL AND NEW.kind = 'run' AND (
                    EXISTS (
                        SELECT 1 FROM champions c WHERE c.run_id = NEW.id
                        AND c.version = (SELECT max(version) FROM champions WHERE identifier = c.identifier))
                    OR EXISTS (
                        SELECT 1 FROM run_members m JOIN runs r ON r.run_id = m.run_id
                        WHERE m.member_run_id = NEW.id AND r.status = 'succeeded'))
                BEGIN SELECT RAISE(ABORT, 'retention_marks: what is in force, or part of a model, is not pruned'); END
                """);
            migrationBuilder.Sql(
                """
                CREATE TRIGGER champions_are_models BEFORE INSERT ON champions
                WHEN EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id AND status = 'pruned')
                    OR EXISTS (SELECT 1 FROM retention_marks WHERE kind = 'run' AND id = NEW.run_id AND taken_at IS NOT NULL)
                BEGIN SELECT RAISE(ABORT, 'champions: a run that is pruned is no model any more'); END
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER champions_are_models");

            migrationBuilder.DropTable(
                name: "retention_marks");

            migrationBuilder.DropTable(
                name: "retention_turns");

            foreach (var table in new[] { "sources", "runs", "datasets" })
                migrationBuilder.Sql($"ALTER TABLE {table} DROP COLUMN pruned_at");
        }
    }
}
