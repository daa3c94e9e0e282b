using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Sqlite
{
    /// <summary>Tries that ended in something unforeseen are counted apart. Columns are added and dropped without copying a table (ADR 10).</summary>
    public partial class StepFaults : Migration
    {
        private static readonly string[] _tables = ["datasets", "runs", "pipelines"];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var table in _tables)
            {
                migrationBuilder.AddColumn<int>(
                    name: "faults",
                    table: table,
                    type: "INTEGER",
                    nullable: false,
                    defaultValue: 0);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var table in _tables)
                migrationBuilder.Sql($"ALTER TABLE {table} DROP COLUMN faults");
        }
    }
}
