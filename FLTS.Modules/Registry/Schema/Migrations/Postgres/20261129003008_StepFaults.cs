using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FLTS.Modules.Registry.Schema.Migrations.Postgres
{
    /// <summary>Tries that ended in something unforeseen are counted apart.</summary>
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
                    type: "integer",
                    nullable: false,
                    defaultValue: 0);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var table in _tables)
                migrationBuilder.DropColumn(name: "faults", table: table);
        }
    }
}
