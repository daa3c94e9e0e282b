using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>
    /// What is noticed of stations. An attempt may come of live errors: the check of that is a trigger here, so that no table is copied (ADR
    /// 10).
    /// </summary>
    public partial class Drift : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            Check(migrationBuilder, "'event', 'manual', 'reconcile', 'rerun', 'rollback', 'live'");
            migrationBuilder.CreateTable(
                name: "drift_events",
                columns: table => new
                {
                    event_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ts = table.Column<long>(type: "INTEGER", nullable: false),
                    value = table.Column<double>(type: "REAL", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    noticed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    acted_at = table.Column<long>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", nullable: true),
                    pipeline_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    attempt_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drift_events", x => x.event_id);
                    table.CheckConstraint("ck_drift_events_acted", "acted_at IS NOT NULL OR (pipeline_id IS NULL AND attempt_id IS NULL)");
                    table.CheckConstraint("ck_drift_events_action", "action IN ('none', 'alarm', 'retrain', 'rollback')");
                    table.CheckConstraint("ck_drift_events_attempt", "attempt_id IS NULL OR action = 'rollback'");
                    table.CheckConstraint("ck_drift_events_kind", "kind IN ('drift', 'coverage', 'stale', 'rows', 'worse', 'gross')");
                    table.CheckConstraint("ck_drift_events_pipeline", "pipeline_id IS NULL OR action = 'retrain'");
                });

            migrationBuilder.CreateTable(
                name: "live_baselines",
                columns: table => new
                {
                    baseline_id = table.Column<string>(type: "TEXT", maxLength: 129, nullable: false),
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    other_run_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_owner = table.Column<string>(type: "TEXT", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "INTEGER", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    faults = table.Column<int>(type: "INTEGER", nullable: false),
                    deaths = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", nullable: true),
                    result = table.Column<string>(type: "TEXT", nullable: true),
                    evidence = table.Column<double>(type: "REAL", nullable: true),
                    looked_to = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_baselines", x => x.baseline_id);
                    table.CheckConstraint("ck_live_baselines_result", "status <> 'succeeded' OR result IS NOT NULL");
                    table.CheckConstraint("ck_live_baselines_status", "status IN ('queued', 'running', 'succeeded', 'failed')");
                    table.ForeignKey(
                        name: "fk_live_baselines_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_drift_events_identifier_noticed_at",
                table: "drift_events",
                columns: new[] { "identifier", "noticed_at" });

            migrationBuilder.CreateIndex(
                name: "ix_drift_events_noticed_at_event_id",
                table: "drift_events",
                columns: new[] { "noticed_at", "event_id" });

            migrationBuilder.CreateIndex(
                name: "ix_live_baselines_run_id",
                table: "live_baselines",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_live_baselines_status",
                table: "live_baselines",
                column: "status");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            Check(migrationBuilder, "'event', 'manual', 'reconcile', 'rerun', 'rollback'");
            migrationBuilder.DropTable(
                name: "drift_events");

            migrationBuilder.DropTable(
                name: "live_baselines");

        }

        private static void Check(MigrationBuilder migrationBuilder, string triggers)
        {
            foreach (var table in new[] { "pipelines", "promotion_attempts" })
            {
                foreach (var (suffix, change) in new[] { ("new", "INSERT"), ("changed", "UPDATE") })
                {
                    var trigger = $"ck_{table}_trigger_{suffix}";
                    migrationBuilder.Sql($"DROP TRIGGER {trigger}");
                    migrationBuilder.Sql(
                        $"CREATE TRIGGER {trigger} BEFORE {change} ON {table} WHEN NOT (NEW.\"trigger\" IN ({triggers})) "
                        + $"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ck_{table}_trigger'); END");
                }
            }
        }
    }
}
