using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>
    /// What is written once stays as it was written: the ledger, scoreboards, attempts that have ended, runs that have ended.
    /// Check constraints of the model are triggers here: to add one to a table SQLite copies the table, not all of it in one transaction, and a process
    /// that is killed on the way would leave half a copy. A later migration that makes EF copy one of these tables has to make its triggers again.
    /// </summary>
    public partial class LedgerRules : Migration
    {
        private static readonly string[] _triggers =
        [
            """
            CREATE TRIGGER champions_are_kept BEFORE UPDATE ON champions
            BEGIN SELECT RAISE(ABORT, 'champions: the ledger is only appended to'); END
            """,
            """
            CREATE TRIGGER champions_are_removed_whole BEFORE DELETE ON champions
            WHEN EXISTS (SELECT 1 FROM sequences WHERE identifier = OLD.identifier)
            BEGIN SELECT RAISE(ABORT, 'champions: a ledger is removed only with its identifier, whose row in sequences goes first'); END
            """,
            """
            CREATE TRIGGER champions_follow_each_other BEFORE INSERT ON champions
            WHEN NEW.version > 1 + coalesce((SELECT max(version) FROM champions WHERE identifier = NEW.identifier), 0)
                OR NEW.sequence < (SELECT sequence FROM champions WHERE identifier = NEW.identifier AND version = NEW.version - 1)
            BEGIN SELECT RAISE(ABORT, 'champions: a version follows the one before, and the sequence never falls'); END
            """,
            """
            CREATE TRIGGER scoreboards_are_kept BEFORE UPDATE ON scoreboards
            BEGIN SELECT RAISE(ABORT, 'scoreboards: they are kept as they were written'); END
            """,
            """
            CREATE TRIGGER promotion_attempts_are_kept BEFORE UPDATE ON promotion_attempts WHEN OLD.ended_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'promotion_attempts: what has ended is not changed'); END
            """,
            """
            CREATE TRIGGER runs_go_forward BEFORE UPDATE OF status ON runs
            WHEN NEW.status <> OLD.status AND OLD.status || '>' || NEW.status NOT IN (
                'queued>running', 'queued>storing', 'queued>failed', 'queued>cancelled',
                'running>queued', 'running>storing', 'running>failed', 'running>cancelled',
                'storing>running', 'storing>succeeded', 'storing>failed', 'storing>cancelled',
                'succeeded>invalid', 'succeeded>pruned', 'failed>pruned', 'cancelled>pruned', 'invalid>pruned')
            BEGIN SELECT RAISE(ABORT, 'runs: no run goes from that status to this one'); END
            """,
            .. Check("ck_runs_cause", "runs", "NEW.cause IN ('request', 'rerun', 'invalid')"),
            .. Check("ck_pipelines_trigger", "pipelines", "NEW.\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')"),
            .. Check("ck_pipelines_decided", "pipelines", "NEW.status NOT IN ('promoted', 'kept_champion', 'below_baseline', 'superseded') OR (NEW.attempt_id IS NOT NULL AND NEW.ended_at IS NOT NULL)"),
            .. Check("ck_promotion_attempts_trigger", "promotion_attempts", "NEW.\"trigger\" IN ('event', 'manual', 'reconcile', 'rerun', 'rollback')"),
            .. Check("ck_promotion_attempts_outcome", "promotion_attempts", "NEW.outcome IS NULL OR NEW.outcome IN ('promoted', 'kept_champion', 'below_baseline', 'superseded', 'blocked', 'failed')"),
            .. Check("ck_promotion_attempts_ended", "promotion_attempts", "(NEW.ended_at IS NULL) = (NEW.outcome IS NULL OR NEW.outcome = 'blocked')"),
            .. Check("ck_promotion_attempts_promoted", "promotion_attempts", "NEW.outcome IS NULL OR NEW.outcome <> 'promoted' OR NEW.selected_run_id IS NOT NULL"),
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "postponed",
                table: "runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.CreateIndex(
                name: "ix_promotion_attempts_open",
                table: "promotion_attempts",
                column: "pipeline_id",
                unique: true,
                filter: "ended_at IS NULL");

            foreach (var trigger in _triggers)
                migrationBuilder.Sql(trigger);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var trigger in _triggers)
                migrationBuilder.Sql($"DROP TRIGGER {trigger.Split(' ')[2]}");

            migrationBuilder.DropIndex(
                name: "ix_promotion_attempts_open",
                table: "promotion_attempts");

            migrationBuilder.Sql("ALTER TABLE runs DROP COLUMN postponed");
        }

        private static string[] Check(string name, string table, string holds) =>
        [
            $"CREATE TRIGGER {name}_new BEFORE INSERT ON {table} WHEN NOT ({holds}) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END",
            $"CREATE TRIGGER {name}_changed BEFORE UPDATE ON {table} WHEN NOT ({holds}) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END",
        ];
    }
}
