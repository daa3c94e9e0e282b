using Parquet;
using Parquet.Schema;

namespace FLTS.Forecasting.Intervals;

/// <summary>Rows of a parquet file beside a model: an origin and a lead each, with numbers. R rows, C columns.</summary>
/// <param name="Origins">[R] Time of the last known row; microseconds, no zone.</param>
/// <param name="Leads">[R] In steps.</param>
/// <param name="Columns">C names.</param>
/// <param name="Values">[C][R] NaN where there is none.</param>
internal sealed record LeadTable(DateTime[] Origins, int[] Leads, IReadOnlyList<string> Columns, double[][] Values)
{
    private static readonly ParquetOptions _options = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <summary>The file's bytes; the same table gives the same.</summary>
    /// <param name="lead">Name of the column of leads.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    public async Task<byte[]> WriteAsync(string lead, CancellationToken cancellation)
    {
        var (origin, step, fields, schema) = Fields(lead, Columns);
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream, _options, cancellationToken: cancellation))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(origin, Origins, cancellationToken: cancellation);
            await group.WriteAsync<int>(step, Leads, cancellationToken: cancellation);
            for (var c = 0; c < fields.Length; c++)
                await group.WriteAsync<double>(fields[c], Values[c], cancellationToken: cancellation);
        }

        return stream.ToArray();
    }

    /// <param name="bytes">Not trusted.</param>
    /// <param name="file">Its name.</param>
    /// <param name="lead">Name of the column of leads.</param>
    /// <param name="columns">Those there may be, in order; some may be absent.</param>
    /// <param name="mostRows">R.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">It is no such file.</exception>
    public static async Task<LeadTable> ReadAsync(
        byte[] bytes, string file, string lead, IReadOnlyList<string> columns, int mostRows, CancellationToken cancellation)
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            await using var reader = await ParquetReader.CreateAsync(
                stream, _options, leaveStreamOpen: true, cancellationToken: cancellation);
            var names = reader.Schema.DataFields.Select(f => f.Name).Skip(2).ToList();
            if (!names.SequenceEqual(columns.Where(names.Contains), StringComparer.Ordinal) || reader.RowGroupCount != 1)
                throw new CorruptArtifactException(
                    $"{file} must hold one group of rows and the columns {string.Join(", ", columns)} (or some of them); it holds "
                    + $"{string.Join(", ", names)}.");
            using var group = reader.OpenRowGroupReader(0);
            if (group.RowCount > mostRows)
                throw new CorruptArtifactException($"{file} has {group.RowCount} rows; at most {mostRows} are written.");

            var (origin, step, fields, _) = Fields(lead, names);
            var rows = (int)group.RowCount;
            var table = new LeadTable(new DateTime[rows], new int[rows], names, [.. names.Select(_ => new double[rows])]);
            await group.ReadAsync<DateTime>(origin, table.Origins, cancellationToken: cancellation);
            await group.ReadAsync<int>(step, table.Leads, cancellationToken: cancellation);
            for (var c = 0; c < fields.Length; c++)
                await group.ReadAsync<double>(fields[c], table.Values[c], cancellationToken: cancellation);
            return table with { Origins = Array.ConvertAll(table.Origins, t => DateTime.SpecifyKind(t, DateTimeKind.Unspecified)) };
        }
        catch (Exception e) when (e is not (CorruptArtifactException or OperationCanceledException))
        {
            throw new CorruptArtifactException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static (DataField Origin, DataField Lead, DataField[] Values, ParquetSchema Schema) Fields(
        string lead, IReadOnlyList<string> columns)
    {
        var origin = new DateTimeDataField("#origin", DateTimeFormat.Timestamp, isAdjustedToUTC: false, DateTimeTimeUnit.Micros);
        var step = new DataField<int>(lead);
        DataField[] values = [.. columns.Select(c => new DataField<double>(c))];
        return (origin, step, values, new ParquetSchema([origin, step, .. values]));
    }
}
