using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FLTS.Modules.Registry.Schema;

/// <summary>What LINQ cannot say: inserts and counters that are one statement on both databases.</summary>
internal static class RegistryCommands
{
    /// <summary>Rows of a statement: both databases take some ten thousands of parameters.</summary>
    private const int MostRows = 500;

    /// <summary><c>INSERT ... ON CONFLICT DO NOTHING</c>: of many callers exactly one inserts, nobody fails.</summary>
    /// <returns>True for the one whose row was written.</returns>
    public static async Task<bool> InsertIfAbsentAsync<TRow>(this RegistryDbContext db, TRow row, CancellationToken cancellation)
        where TRow : class
    {
        var (sql, values) = InsertOf(db, [row], " ON CONFLICT DO NOTHING");
        return await db.Database.ExecuteSqlRawAsync(sql, values, cancellation) == 1;
    }

    /// <summary>
    /// Inserts rows past the context, many in one statement: EF's own inserts are a statement a row, each of which the database plans, and
    /// lie between two savepoints.
    /// </summary>
    /// <param name="db">In a transaction, where all or none are to be there.</param>
    /// <param name="rows">None of them is there.</param>
    /// <param name="cancellation">Stops between two statements.</param>
    public static async Task InsertAsync<TRow>(this RegistryDbContext db, IEnumerable<TRow> rows, CancellationToken cancellation)
        where TRow : class
    {
        foreach (var some in rows.Chunk(MostRows))
        {
            var (sql, values) = InsertOf(db, some, "");
            await db.Database.ExecuteSqlRawAsync(sql, values, cancellation);
        }
    }

    /// <summary>The next sequence number of an identifier, from 1; gaps are possible, repeats are not.</summary>
    public static async Task<long> NextPipelineSequenceAsync(
        this RegistryDbContext db, Identifier identifier, CancellationToken cancellation)
    {
        // One statement gives and reads: between two of them another caller could raise it, and both would read the same.
        var given = await db.Database.SqlQuery<long>(
                $"""
                INSERT INTO sequences (identifier, last) VALUES ({identifier.Value}, 1)
                ON CONFLICT (identifier) DO UPDATE SET last = sequences.last + 1 RETURNING last AS "Value"
                """)
            .ToListAsync(cancellation);
        return given.Single();
    }

    /// <summary>
    /// Holds up whoever else would write to the logs of datasets until the transaction has ended; a log that is not there yet begins. Rows
    /// are locked in one order, that of the names, so that no two processes wait for each other.
    /// </summary>
    /// <param name="db">In a transaction.</param>
    /// <param name="datasets">At least one.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public static Task LockMeasurementLogsAsync(
        this RegistryDbContext db, IEnumerable<DatasetName> datasets, CancellationToken cancellation)
    {
        object[] names = [.. datasets.Select(d => d.Value).Distinct().Order(StringComparer.Ordinal)];

        // Numbers of parameters are all that is put into the text.
        var logs = string.Join(", ", names.Select((_, i) => $"({{{i}}}, 0)"));
        var sql = $"INSERT INTO measurement_logs (dataset, changes) VALUES {logs} "
            + "ON CONFLICT (dataset) DO UPDATE SET changes = measurement_logs.changes";
        return db.Database.ExecuteSqlRawAsync(sql, names, cancellation);
    }

    /// <summary>The insert of rows; names in it come from the model, values are parameters.</summary>
    private static (string Sql, List<object> Values) InsertOf<TRow>(
        RegistryDbContext db, TRow[] rows, string otherwise)
        where TRow : class
    {
        var type = db.Model.FindEntityType(typeof(TRow)) ?? throw new InvalidOperationException($"{typeof(TRow).Name} is not a table.");
        var table = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
        List<IProperty> properties = [.. type.GetProperties()];
        var sql = new StringBuilder($"INSERT INTO \"{table.Name}\" (")
            .AppendJoin(", ", properties.Select(p => $"\"{p.GetColumnName(table)}\"")).Append(") VALUES ");
        var values = new List<object>(rows.Length * properties.Count);
        using var command = db.Database.GetDbConnection().CreateCommand();
        foreach (var row in rows)
        {
            sql.Append(values.Count == 0 ? "(" : ", (");
            foreach (var property in properties)
            {
                sql.Append(property == properties[0] ? "{" : ", {").Append(values.Count).Append('}');

                // The column's own mapping converts and types it, as EF's inserts do.
                values.Add(property.GetRelationalTypeMapping().CreateParameter(
                    command, $"p{values.Count}", property.GetGetter().GetClrValue(row), property.IsNullable));
            }

            sql.Append(')');
        }

        return (sql.Append(otherwise).ToString(), values);
    }
}
