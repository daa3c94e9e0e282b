using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>Backtests are rows.</summary>
    public partial class Backtests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "backtests",
                columns: table => new
                {
                    backtest_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    request = table.Column<string>(type: "text", nullable: false),
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
                    hours = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    scored_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_backtests", x => x.backtest_id);
                    table.CheckConstraint("ck_backtests_scored", "status NOT IN ('storing', 'succeeded') OR (result IS NOT NULL AND hours IS NOT NULL AND scored_at IS NOT NULL)");
                    table.CheckConstraint("ck_backtests_status", "status IN ('queued', 'running', 'storing', 'succeeded', 'failed')");
                    table.ForeignKey(
                        name: "fk_backtests_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_backtests_created_at_backtest_id",
                table: "backtests",
                columns: new[] { "created_at", "backtest_id" });

            migrationBuilder.CreateIndex(
                name: "ix_backtests_identifier_created_at",
                table: "backtests",
                columns: new[] { "identifier", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_backtests_run_id",
                table: "backtests",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_backtests_status_next_attempt_at",
                table: "backtests",
                columns: new[] { "status", "next_attempt_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "backtests");
        }
    }
}
