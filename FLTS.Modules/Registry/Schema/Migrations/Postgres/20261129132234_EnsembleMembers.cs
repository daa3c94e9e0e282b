using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>Runs without which another one is no model; they are not pruned as long as that one is (ADR 10, 19).</summary>
    public partial class EnsembleMembers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "run_members",
                columns: table => new
                {
                    run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    member_run_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_members", x => new { x.run_id, x.member_run_id });
                    table.ForeignKey(
                        name: "fk_run_members_runs_member_run_id",
                        column: x => x.member_run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_run_members_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "run_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_run_members_member_run_id",
                table: "run_members",
                column: "member_run_id");

            migrationBuilder.Sql(
                """
                CREATE FUNCTION flts_run_members_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (
                        SELECT 1 FROM run_members m JOIN runs r ON r.run_id = m.run_id
                        WHERE m.member_run_id = NEW.run_id AND r.status = 'succeeded') THEN
                        RAISE EXCEPTION 'runs: a member of a model is kept as long as that';
                    END IF;
                    RETURN NEW;
                END $$;

                CREATE TRIGGER run_members_are_kept BEFORE UPDATE OF status ON runs
                    FOR EACH ROW WHEN (NEW.status = 'pruned') EXECUTE FUNCTION flts_run_members_are_kept();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER run_members_are_kept ON runs;
                DROP FUNCTION flts_run_members_are_kept();
                """);

            migrationBuilder.DropTable(
                name: "run_members");
        }
    }
}
