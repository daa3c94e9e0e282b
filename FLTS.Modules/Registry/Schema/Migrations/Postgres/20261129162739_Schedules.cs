using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>Pipelines that are started again and again, and what came of each due time.</summary>
    public partial class Schedules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "schedules",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    cron = table.Column<string>(type: "text", nullable: false),
                    zone = table.Column<string>(type: "text", nullable: false),
                    jitter_seconds = table.Column<int>(type: "integer", nullable: false),
                    overlap = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    request = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    due_through = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    failures_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    paused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_reason = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedules", x => x.name);
                    table.CheckConstraint("ck_schedules_origin", "origin IN ('api', 'settings')");
                    table.CheckConstraint("ck_schedules_overlap", "overlap IN ('skip', 'allow')");
                    table.CheckConstraint("ck_schedules_paused", "(paused_at IS NULL) = (paused_reason IS NULL)");
                });

            migrationBuilder.CreateTable(
                name: "schedule_fires",
                columns: table => new
                {
                    schedule = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by_hand = table.Column<bool>(type: "boolean", nullable: false),
                    outcome = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    faults = table.Column<int>(type: "integer", nullable: false),
                    pipeline_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedule_fires", x => new { x.schedule, x.due_at });
                    table.CheckConstraint("ck_schedule_fires_ended", "(outcome IN ('waiting', 'started')) = (ended_at IS NULL)");
                    table.CheckConstraint("ck_schedule_fires_outcome", "outcome IN ('waiting', 'started', 'finished', 'failed', 'skipped_no_data', 'skipped_overlap', 'missed')");
                    table.CheckConstraint("ck_schedule_fires_pipeline", "outcome NOT IN ('started', 'finished', 'skipped_no_data') OR pipeline_id IS NOT NULL");
                    table.CheckConstraint("ck_schedule_fires_waiting", "(outcome = 'waiting') = (next_attempt_at IS NOT NULL)");
                    table.ForeignKey(
                        name: "fk_schedule_fires_schedules_schedule",
                        column: x => x.schedule,
                        principalTable: "schedules",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_schedule_fires_open",
                table: "schedule_fires",
                column: "outcome",
                filter: "outcome IN ('waiting', 'started')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "schedule_fires");

            migrationBuilder.DropTable(
                name: "schedules");
        }
    }
}
