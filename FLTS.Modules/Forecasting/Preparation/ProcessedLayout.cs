using FLTS.Forecasting.Features;
using FLTS.Forecasting.Scaling;
using Parquet;
using Parquet.Schema;

namespace FLTS.Forecasting.Preparation;

/// <summary>The columns of the two parquet files of <see cref="ProcessedFiles"/>, and the way through their row groups.</summary>
internal sealed record ProcessedLayout(
    DataField Timestamp, DataField Segment, DataField[] Values, DataField[] Observed, DataField[] Truth, DataField[] Unclipped)
{
    /// <summary>
    /// A column of a row group then is a buffer of 64 KB, which the garbage collector recycles young; larger ones
    /// would be fresh memory each time.
    /// </summary>
    public const int RowGroupRows = 1 << 13;

    private const string UnclippedMark = "#unclipped";

    public static ParquetOptions Options { get; } = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <summary>Fields can be read and written only once they belong to a schema.</summary>
    public ParquetSchema? Schema { get; private set; }

    private Field[] All => [Timestamp, Segment, .. Values, .. Observed, .. Truth, .. Unclipped];

    /// <param name="meta">Of the data.</param>
    /// <param name="truth">A test part has it.</param>
    /// <param name="unclipped">What was before clipping stands beside it.</param>
    public static ProcessedLayout Of(DatasetMeta meta, bool truth, bool unclipped)
    {
        // Calendar features come last and are always known.
        var masked = meta.Columns.Where(c => meta.Scaler.Contains(c) || !CalendarFeatures.IsCalendar(c)).ToList();
        var fields = new ProcessedLayout(
            new DateTimeDataField("timestamp", DateTimeFormat.Timestamp, isAdjustedToUTC: false, DateTimeTimeUnit.Micros),
            new DataField<int>("segment"),
            [.. meta.Columns.Select(c => new DataField<double>(c))],
            [.. masked.Select(c => new DataField<bool>($"{c}#observed"))],
            truth ? [.. meta.Targets.Select(c => new DataField<double>($"{c}#truth"))] : [],
            unclipped ? [.. masked.Select(c => new DataField<double>($"{c}{UnclippedMark}"))] : []);
        fields.Schema = new ParquetSchema(fields.All);
        return fields;
    }

    /// <summary>Whether a file holds what was before clipping; those of before do not.</summary>
    public static async Task<bool> HasUnclippedAsync(DatasetMeta meta, Stream stream, string file, CancellationToken cancellation)
    {
        if (meta.Config.Clipping.Method == ClippingMethod.Off)
            return false;

        var name = $"{meta.Columns[0]}{UnclippedMark}";
        var has = false;
        await OpenAsync(stream, file, reader =>
        {
            has = reader.Schema.DataFields.Any(f => f.Name == name);
            return Task.CompletedTask;
        }, cancellation);
        return has;
    }

    /// <summary>Goes through the row groups of a file, each with the rows it holds.</summary>
    public static async Task ForEachGroupAsync(
        DatasetMeta meta,
        Stream stream,
        string file,
        int rows,
        GroupShare share,
        Func<ParquetRowGroupReader, Range, Task> read,
        CancellationToken cancellation) => await OpenAsync(
        stream,
        file,
        async reader =>
        {
            if (!reader.CustomMetadata.TryGetValue("config_hash", out var hash) || hash != meta.ConfigHash)
                throw new CorruptArtifactException($"{file} belongs to config_hash {hash ?? "(none)"}, not to {meta.ConfigHash}.");
            var at = 0;
            for (var g = 0; g < reader.RowGroupCount; g++)
            {
                using var group = reader.OpenRowGroupReader(g);
                var span = at..(at += checked((int)group.RowCount));
                if (at > rows)
                    break;
                if (share.Holds(g))
                    await read(group, span);
            }

            if (at != rows)
                throw new CorruptArtifactException($"{file} has {at} rows; meta.json says {rows}.");
        },
        cancellation);

    private static async Task OpenAsync(Stream stream, string file, Func<ParquetReader, Task> read, CancellationToken cancellation)
    {
        try
        {
            await using var reader = await ParquetReader.CreateAsync(
                stream, Options, leaveStreamOpen: true, cancellationToken: cancellation);
            await read(reader);
        }
        catch (Exception e) when (e is not (CorruptArtifactException or OperationCanceledException))
        {
            throw new CorruptArtifactException($"{file} cannot be read: {e.Message}", e);
        }
    }
}
