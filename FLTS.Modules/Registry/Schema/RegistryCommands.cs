using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FLTS.Modules.Registry.Schema;

/// <summary>What LINQ cannot say: inserts and counters that are one statement on both databases.</summary>
internal static class RegistryCommands
{
    /// <summary><c>INSERT ... ON CONFLICT DO NOTHING</c>: of many callers exactly one inserts, nobody fails.</summary>
    /// <returns>True for the one whose row was written.</returns>
    public static async Task<bool> InsertIfAbsentAsync<TRow>(this RegistryDbContext db, TRow row, CancellationToken cancellation)
        where TRow : class
    {
        var type = db.Model.FindEntityType(typeof(TRow)) ?? throw new InvalidOperationException($"{typeof(TRow).Name} is not a table.");
        var table = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
        var columns = new StringBuilder();
        var parameters = new StringBuilder();
        var values = new List<object?>();
        foreach (var property in type.GetProperties())
        {
            var separator = values.Count == 0 ? "" : ", ";
            columns.Append(separator).Append('"').Append(property.GetColumnName(table)).Append('"');
            parameters.Append(separator).Append('{').Append(values.Count).Append('}');
            values.Add(Parameter(db, property, property.PropertyInfo!.GetValue(row)));
        }

        // Names come from the model, values are parameters.
        var sql = $"INSERT INTO \"{table.Name}\" ({columns}) VALUES ({parameters}) ON CONFLICT DO NOTHING";
        return await db.Database.ExecuteSqlRawAsync(sql, values!, cancellation) == 1;
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

    private static DbParameter Parameter(RegistryDbContext db, IProperty property, object? value)
    {
        // The column's own mapping converts and types it, as EF's inserts do.
        using var command = db.Database.GetDbConnection().CreateCommand();
        return property.GetRelationalTypeMapping().CreateParameter(command, $"p_{property.Name}", value, property.IsNullable);
    }
}
