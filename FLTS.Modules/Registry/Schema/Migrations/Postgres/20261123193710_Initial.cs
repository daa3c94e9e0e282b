using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "datasets",
                columns: table => new
                {
                    config_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    source_name = table.Column<string>(type: "text", nullable: false),
                    config = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "bigint", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    deaths = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    train_rows = table.Column<int>(type: "integer", nullable: true),
                    test_rows = table.Column<int>(type: "integer", nullable: true),
                    columns = table.Column<string>(type: "text", nullable: true),
                    train_sha256 = table.Column<string>(type: "text", nullable: true),
                    test_sha256 = table.Column<string>(type: "text", nullable: true),
                    meta_sha256 = table.Column<string>(type: "text", nullable: true),
                    report = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_datasets", x => x.config_hash);
                    table.CheckConstraint("ck_datasets_ready", "status <> 'ready' OR (train_sha256 IS NOT NULL AND test_sha256 IS NOT NULL AND meta_sha256 IS NOT NULL)");
                    table.CheckConstraint("ck_datasets_status", "status IN ('queued', 'running', 'ready', 'failed')");
                });

            migrationBuilder.CreateTable(
                name: "scoreboards",
                columns: table => new
                {
                    scoreboard_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    config_hash = table.Column<string>(type: "text", nullable: false),
                    identifier = table.Column<string>(type: "text", nullable: false),
                    pipeline_id = table.Column<string>(type: "text", nullable: true),
                    board = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scoreboards", x => x.scoreboard_id);
                });

            migrationBuilder.CreateTable(
                name: "sequences",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sequences", x => x.identifier);
                });

            migrationBuilder.CreateTable(
                name: "sources",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    part = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    registered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sources", x => new { x.name, x.part, x.version });
                    table.CheckConstraint("ck_sources_part", "part IN ('train', 'test')");
                });

            migrationBuilder.CreateTable(
                name: "pipelines",
                columns: table => new
                {
                    pipeline_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    config_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    dataset = table.Column<string>(type: "text", nullable: false),
                    expected_model_types = table.Column<string>(type: "text", nullable: false),
                    evaluation = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    waiting_reason = table.Column<string>(type: "text", nullable: true),
                    waiting_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "bigint", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    deaths = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    attempt_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    evaluation_started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pipelines", x => x.pipeline_id);
                    table.CheckConstraint("ck_pipelines_status", "status IN ('queued', 'preprocessing', 'training', 'evaluating', 'blocked', 'promoted', 'kept_champion', 'below_baseline', 'superseded', 'cancelled', 'failed')");
                    table.ForeignKey(
                        name: "fk_pipelines_datasets_config_hash",
                        column: x => x.config_hash,
                        principalTable: "datasets",
                        principalColumn: "config_hash",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    config_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    model_type = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    params_hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    @params = table.Column<string>(name: "params", type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_owner = table.Column<string>(type: "text", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "bigint", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    deaths = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    epoch = table.Column<int>(type: "integer", nullable: true),
                    epochs = table.Column<int>(type: "integer", nullable: true),
                    eta_seconds = table.Column<double>(type: "double precision", nullable: true),
                    manifest_sha256 = table.Column<string>(type: "text", nullable: true),
                    metrics = table.Column<string>(type: "text", nullable: true),
                    test_metrics = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => x.run_id);
                    table.CheckConstraint("ck_runs_generation", "generation >= 0");
                    table.CheckConstraint("ck_runs_status", "status IN ('queued', 'running', 'storing', 'succeeded', 'failed', 'cancelled', 'invalid', 'pruned')");
                    table.CheckConstraint("ck_runs_succeeded", "status <> 'succeeded' OR manifest_sha256 IS NOT NULL");
                    table.ForeignKey(
                        name: "fk_runs_datasets_config_hash",
                        column: x => x.config_hash,
                        principalTable: "datasets",
                        principalColumn: "config_hash",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "promotion_attempts",
                columns: table => new
                {
                    attempt_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    idempotency_key = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    config_hash = table.Column<string>(type: "text", nullable: false),
                    identifier = table.Column<string>(type: "text", nullable: false),
                    pipeline_id = table.Column<string>(type: "text", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    trigger = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    outcome = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    missing = table.Column<string>(type: "text", nullable: false),
                    tries = table.Column<string>(type: "text", nullable: false),
                    candidates = table.Column<string>(type: "text", nullable: false),
                    policy = table.Column<string>(type: "text", nullable: false),
                    selected_run_id = table.Column<string>(type: "text", nullable: true),
                    scoreboard_id = table.Column<string>(type: "character varying(64)", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_promotion_attempts", x => x.attempt_id);
                    table.ForeignKey(
                        name: "fk_promotion_attempts_scoreboards_scoreboard_id",
                        column: x => x.scoreboard_id,
                        principalTable: "scoreboards",
                        principalColumn: "scoreboard_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pipeline_runs",
                columns: table => new
                {
                    pipeline_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    model_type = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pipeline_runs", x => new { x.pipeline_id, x.model_type });
                    table.ForeignKey(
                        name: "fk_pipeline_runs_pipelines_pipeline_id",
                        column: x => x.pipeline_id,
                        principalTable: "pipelines",
                        principalColumn: "pipeline_id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_pipeline_runs_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "run_artifacts",
                columns: table => new
                {
                    run_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_artifacts", x => new { x.run_id, x.path });
                    table.ForeignKey(
                        name: "fk_run_artifacts_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_epochs",
                columns: table => new
                {
                    run_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    train_loss = table.Column<double>(type: "double precision", nullable: false),
                    train_rmse = table.Column<double>(type: "double precision", nullable: false),
                    train_mae = table.Column<double>(type: "double precision", nullable: false),
                    train_r2 = table.Column<double>(type: "double precision", nullable: false),
                    val_loss = table.Column<double>(type: "double precision", nullable: true),
                    val_rmse = table.Column<double>(type: "double precision", nullable: true),
                    val_mae = table.Column<double>(type: "double precision", nullable: true),
                    val_r2 = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_epochs", x => new { x.run_id, x.epoch });
                    table.ForeignKey(
                        name: "fk_run_epochs_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "champions",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    run_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    model_type = table.Column<string>(type: "text", nullable: false),
                    config_hash = table.Column<string>(type: "text", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    attempt_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    pointer = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_champions", x => new { x.identifier, x.version });
                    table.CheckConstraint("ck_champions_version", "version >= 1");
                    table.ForeignKey(
                        name: "fk_champions_promotion_attempts_attempt_id",
                        column: x => x.attempt_id,
                        principalTable: "promotion_attempts",
                        principalColumn: "attempt_id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_champions_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_champions_attempt_id",
                table: "champions",
                column: "attempt_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_champions_run_id",
                table: "champions",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_datasets_identifier",
                table: "datasets",
                column: "identifier");

            migrationBuilder.CreateIndex(
                name: "ix_pipeline_runs_run_id",
                table: "pipeline_runs",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_pipelines_config_hash",
                table: "pipelines",
                column: "config_hash");

            migrationBuilder.CreateIndex(
                name: "ix_pipelines_created_at_pipeline_id",
                table: "pipelines",
                columns: new[] { "created_at", "pipeline_id" });

            migrationBuilder.CreateIndex(
                name: "ix_pipelines_identifier_sequence",
                table: "pipelines",
                columns: new[] { "identifier", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_pipelines_status_next_attempt_at",
                table: "pipelines",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_config_hash_created_at",
                table: "promotion_attempts",
                columns: new[] { "config_hash", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_idempotency_key",
                table: "promotion_attempts",
                column: "idempotency_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_identifier_created_at",
                table: "promotion_attempts",
                columns: new[] { "identifier", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_pipeline_id",
                table: "promotion_attempts",
                column: "pipeline_id");

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_scoreboard_id",
                table: "promotion_attempts",
                column: "scoreboard_id");

            migrationBuilder.CreateIndex(
                name: "ix_runs_config_hash_model_type_params_hash_generation",
                table: "runs",
                columns: new[] { "config_hash", "model_type", "params_hash", "generation" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_runs_created_at_run_id",
                table: "runs",
                columns: new[] { "created_at", "run_id" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_identifier_created_at",
                table: "runs",
                columns: new[] { "identifier", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_status_next_attempt_at",
                table: "runs",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_scoreboards_config_hash_created_at",
                table: "scoreboards",
                columns: new[] { "config_hash", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_scoreboards_pipeline_id_created_at",
                table: "scoreboards",
                columns: new[] { "pipeline_id", "created_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "champions");

            migrationBuilder.DropTable(
                name: "pipeline_runs");

            migrationBuilder.DropTable(
                name: "run_artifacts");

            migrationBuilder.DropTable(
                name: "run_epochs");

            migrationBuilder.DropTable(
                name: "sequences");

            migrationBuilder.DropTable(
                name: "sources");

            migrationBuilder.DropTable(
                name: "promotion_attempts");

            migrationBuilder.DropTable(
                name: "pipelines");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "scoreboards");

            migrationBuilder.DropTable(
                name: "datasets");
        }
    }
}
