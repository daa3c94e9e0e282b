using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Drift : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines");

            migrationBuilder.CreateTable(
                name: "drift_events",
                columns: table => new
                {
                    event_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    ts = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    value = table.Column<double>(type: "double precision", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    noticed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    acted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    pipeline_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    attempt_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
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
                    baseline_id = table.Column<string>(type: "character varying(129)", maxLength: 129, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    other_run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "bigint", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    faults = table.Column<int>(type: "integer", nullable: false),
                    deaths = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    result = table.Column<string>(type: "text", nullable: true),
                    evidence = table.Column<double>(type: "double precision", nullable: true),
                    looked_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
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

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback', 'live')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback', 'live')");

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
            migrationBuilder.DropTable(
                name: "drift_events");

            migrationBuilder.DropTable(
                name: "live_baselines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')");
        }
    }
}
