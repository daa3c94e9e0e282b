using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>What is written once stays as it was written: the ledger, scoreboards, attempts that have ended, runs that have ended.</summary>
    public partial class LedgerRules : Migration
    {
        private const string Guards =
            """
            CREATE FUNCTION flts_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]; END $$;

            CREATE FUNCTION flts_champions_follow_each_other() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.version > 1 + coalesce((SELECT max(version) FROM champions WHERE identifier = NEW.identifier), 0)
                    OR NEW.sequence < (SELECT sequence FROM champions WHERE identifier = NEW.identifier AND version = NEW.version - 1) THEN
                    RAISE EXCEPTION 'champions: a version follows the one before, and the sequence never falls';
                END IF;
                RETURN NEW;
            END $$;

            CREATE FUNCTION flts_champions_are_removed_whole() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM sequences WHERE identifier = OLD.identifier) THEN
                    RAISE EXCEPTION 'champions: a ledger is removed only with its identifier, whose row in sequences goes first';
                END IF;
                RETURN OLD;
            END $$;

            CREATE TRIGGER champions_are_kept BEFORE UPDATE ON champions
                FOR EACH ROW EXECUTE FUNCTION flts_is_kept('the ledger is only appended to');
            CREATE TRIGGER champions_are_removed_whole BEFORE DELETE ON champions
                FOR EACH ROW EXECUTE FUNCTION flts_champions_are_removed_whole();
            CREATE TRIGGER champions_follow_each_other BEFORE INSERT ON champions
                FOR EACH ROW EXECUTE FUNCTION flts_champions_follow_each_other();
            CREATE TRIGGER scoreboards_are_kept BEFORE UPDATE ON scoreboards
                FOR EACH ROW EXECUTE FUNCTION flts_is_kept('they are kept as they were written');
            CREATE TRIGGER promotion_attempts_are_kept BEFORE UPDATE ON promotion_attempts
                FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION flts_is_kept('what has ended is not changed');
            CREATE TRIGGER runs_go_forward BEFORE UPDATE OF status ON runs
                FOR EACH ROW WHEN (NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN (
                    'queued>running', 'queued>storing', 'queued>failed', 'queued>cancelled',
                    'running>queued', 'running>storing', 'running>failed', 'running>cancelled',
                    'storing>running', 'storing>succeeded', 'storing>failed', 'storing>cancelled',
                    'succeeded>invalid', 'succeeded>pruned', 'failed>pruned', 'cancelled>pruned', 'invalid>pruned'))
                EXECUTE FUNCTION flts_is_kept('no run goes from that status to this one');
            """;

        private const string NoGuards =
            """
            DROP TRIGGER champions_are_kept ON champions;
            DROP TRIGGER champions_are_removed_whole ON champions;
            DROP TRIGGER champions_follow_each_other ON champions;
            DROP TRIGGER scoreboards_are_kept ON scoreboards;
            DROP TRIGGER promotion_attempts_are_kept ON promotion_attempts;
            DROP TRIGGER runs_go_forward ON runs;
            DROP FUNCTION flts_is_kept();
            DROP FUNCTION flts_champions_follow_each_other();
            DROP FUNCTION flts_champions_are_removed_whole();
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "postponed",
                table: "runs",
                type: "text",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddCheckConstraint(
                name: "ck_runs_cause",
                table: "runs",
                sql: "cause IN ('request', 'rerun', 'invalid')");

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_open",
                table: "promotion_attempts",
                column: "pipeline_id",
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_ended",
                table: "promotion_attempts",
                sql: "(ended_at IS NULL) = (outcome IS NULL OR outcome = 'blocked')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts",
                sql: "outcome IN ('promoted', 'kept_champion', 'below_baseline', 'superseded', 'blocked', 'failed')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_promoted",
                table: "promotion_attempts",
                sql: "outcome <> 'promoted' OR selected_run_id IS NOT NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_pipelines_decided",
                table: "pipelines",
                sql: "status NOT IN ('promoted', 'kept_champion', 'below_baseline', 'superseded') OR (attempt_id IS NOT NULL AND ended_at IS NOT NULL)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines",
                sql: "\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')");

            migrationBuilder.Sql(Guards);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(NoGuards);

            migrationBuilder.DropCheckConstraint(
                name: "ck_runs_cause",
                table: "runs");

            migrationBuilder.DropIndex(
                name: "ix_promotion_attempts_open",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_ended",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_outcome",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_promoted",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_promotion_attempts_trigger",
                table: "promotion_attempts");

            migrationBuilder.DropCheckConstraint(
                name: "ck_pipelines_decided",
                table: "pipelines");

            migrationBuilder.DropCheckConstraint(
                name: "ck_pipelines_trigger",
                table: "pipelines");

            migrationBuilder.DropColumn(
                name: "postponed",
                table: "runs");
        }
    }
}
