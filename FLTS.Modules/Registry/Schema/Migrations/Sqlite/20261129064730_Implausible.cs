using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>An attempt may end implausible. The check is a trigger here, so that no table is copied (ADR 10).</summary>
    public partial class Implausible : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            Check(migrationBuilder, "'promoted', 'kept_champion', 'below_baseline', 'implausible', 'superseded', 'blocked', 'failed'");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            Check(migrationBuilder, "'promoted', 'kept_champion', 'below_baseline', 'superseded', 'blocked', 'failed'");

        private static void Check(MigrationBuilder migrationBuilder, string outcomes)
        {
            foreach (var (suffix, change) in new[] { ("new", "INSERT"), ("changed", "UPDATE") })
            {
                var trigger = $"ck_promotion_attempts_outcome_{suffix}";
                migrationBuilder.Sql($"DROP TRIGGER {trigger}");
                migrationBuilder.Sql(
                    $"CREATE TRIGGER {trigger} BEFORE {change} ON promotion_attempts WHEN NOT (NEW.outcome IS NULL OR NEW.outcome IN ({outcomes})) "
                    + "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ck_promotion_attempts_outcome'); END");
            }
        }
    }
}
