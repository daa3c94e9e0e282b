using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>Forecasts of champions meet what comes true.</summary>
    public partial class Live : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "change",
                table: "measurements",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "live_blocks",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    model = table.Column<string>(type: "TEXT", maxLength: 97, nullable: false),
                    start = table.Column<long>(type: "INTEGER", nullable: false),
                    cells = table.Column<long>(type: "INTEGER", nullable: false),
                    loss = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_blocks", x => new { x.identifier, x.model, x.start });
                });

            migrationBuilder.CreateTable(
                name: "live_errors",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    model = table.Column<string>(type: "TEXT", maxLength: 97, nullable: false),
                    lead = table.Column<int>(type: "INTEGER", nullable: false),
                    start = table.Column<long>(type: "INTEGER", nullable: false),
                    is_day = table.Column<bool>(type: "INTEGER", nullable: false),
                    cells = table.Column<long>(type: "INTEGER", nullable: false),
                    matched = table.Column<long>(type: "INTEGER", nullable: false),
                    absolutes = table.Column<double>(type: "REAL", nullable: false),
                    squares = table.Column<double>(type: "REAL", nullable: false),
                    errors = table.Column<double>(type: "REAL", nullable: false),
                    with80 = table.Column<long>(type: "INTEGER", nullable: false),
                    inside80 = table.Column<long>(type: "INTEGER", nullable: false),
                    with95 = table.Column<long>(type: "INTEGER", nullable: false),
                    inside95 = table.Column<long>(type: "INTEGER", nullable: false),
                    interval_scores = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_errors", x => new { x.identifier, x.model, x.lead, x.start });
                    table.CheckConstraint("ck_live_errors_matched", "matched >= 0 AND matched <= cells");
                });

            migrationBuilder.CreateTable(
                name: "live_forecasts",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    model = table.Column<string>(type: "TEXT", maxLength: 97, nullable: false),
                    origin = table.Column<long>(type: "INTEGER", nullable: false),
                    packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_forecasts", x => new { x.identifier, x.model, x.origin });
                });

            migrationBuilder.CreateTable(
                name: "live_models",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    model = table.Column<string>(type: "TEXT", maxLength: 97, nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    from_ts = table.Column<long>(type: "INTEGER", nullable: false),
                    until_ts = table.Column<long>(type: "INTEGER", nullable: true),
                    run_id = table.Column<string>(type: "TEXT", nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    leads = table.Column<string>(type: "TEXT", nullable: false),
                    targets = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_models", x => new { x.identifier, x.model, x.role, x.from_ts });
                    table.CheckConstraint("ck_live_models_span", "until_ts IS NULL OR until_ts >= from_ts");
                    table.ForeignKey(
                        name: "fk_live_models_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "live_stations",
                columns: table => new
                {
                    identifier = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    dataset = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    step = table.Column<string>(type: "TEXT", nullable: true),
                    changes = table.Column<long>(type: "INTEGER", nullable: false),
                    target = table.Column<long>(type: "INTEGER", nullable: true),
                    done_to = table.Column<long>(type: "INTEGER", nullable: true),
                    scored_to = table.Column<long>(type: "INTEGER", nullable: true),
                    known_at = table.Column<long>(type: "INTEGER", nullable: true),
                    thinned_to = table.Column<long>(type: "INTEGER", nullable: true),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_owner = table.Column<string>(type: "TEXT", nullable: true),
                    lease_heartbeat = table.Column<long>(type: "INTEGER", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    faults = table.Column<int>(type: "INTEGER", nullable: false),
                    deaths = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_live_stations", x => x.identifier);
                });

            migrationBuilder.CreateIndex(
                name: "ix_measurements_dataset_change",
                table: "measurements",
                columns: new[] { "dataset", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_live_models_run_id",
                table: "live_models",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_live_stations_dataset",
                table: "live_stations",
                column: "dataset");

            // Whoever was promoted before is looked at as if it were promoted now.
            migrationBuilder.Sql(
                "INSERT INTO live_stations (identifier, version, changes, lease_token, tries, faults, deaths) "
                + "SELECT DISTINCT identifier, 0, 0, 0, 0, 0, 0 FROM champions");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "live_blocks");

            migrationBuilder.DropTable(
                name: "live_errors");

            migrationBuilder.DropTable(
                name: "live_forecasts");

            migrationBuilder.DropTable(
                name: "live_models");

            migrationBuilder.DropTable(
                name: "live_stations");

            migrationBuilder.DropIndex(
                name: "ix_measurements_dataset_change",
                table: "measurements");

            migrationBuilder.DropColumn(
                name: "change",
                table: "measurements");
        }
    }
}
