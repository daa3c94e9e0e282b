using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using Parquet;
using Parquet.Schema;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// The three files of processed data: <c>train.parquet</c>, <c>test.parquet</c>, <c>meta.json</c>. The same dataset gives the same bytes.
/// Parquet columns: <c>timestamp</c> (microseconds, no zone), <c>segment</c> (int32), every column of the series (float64, scaled),
/// <c>name#observed</c> (bool) for all but calendar features, and in test <c>name#truth</c> (float64, original units, NaN where not
/// observed) for the targets; where the configuration clips, <c>name#unclipped</c> (float64, scaled) for all but calendar features (files
/// of before have none). Key-value metadata: <c>config_hash</c>, <c>preprocess_config</c>, <c>scaler</c>.
/// </summary>
public static class ProcessedFiles
{
    /// <summary>
    /// A column of a row group then is a buffer of 64 KB, which the garbage collector recycles young; larger ones
    /// would be fresh memory each time.
    /// </summary>
    private const int RowGroupRows = 1 << 13;

    private const string UnclippedMark = "#unclipped";

    private static readonly ParquetOptions _options = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <summary>Writes <c>train.parquet</c>.</summary>
    public static Task WriteTrainAsync(PreparedDataset data, Stream stream, CancellationToken cancellation = default) =>
        WriteAsync(data.Train, data.TrainUnclipped, [], data.Meta, stream, cancellation);

    /// <summary>Writes <c>test.parquet</c>.</summary>
    public static Task WriteTestAsync(PreparedDataset data, Stream stream, CancellationToken cancellation = default) =>
        WriteAsync(data.Test, data.TestUnclipped, data.TestTruth, data.Meta, stream, cancellation);

    /// <summary>The bytes of <c>meta.json</c>.</summary>
    public static byte[] WriteMeta(DatasetMeta meta)
    {
        var json = new JsonObject
        {
            ["config_hash"] = meta.ConfigHash,
            ["preprocess_config"] = meta.Config.ToJson(),
            ["step_seconds"] = meta.Step.Duration.TotalSeconds,
            ["targets"] = JsonSerializer.SerializeToNode(meta.Targets),
            ["columns"] = JsonSerializer.SerializeToNode(meta.Columns),
            ["train_rows"] = meta.TrainRows,
            ["test_rows"] = meta.TestRows,
            ["validation_start"] = meta.ValidationStart,
            ["test_follows_train"] = meta.TestFollowsTrain,
            ["scaler"] = meta.Scaler.ToJson(),
            ["report"] = JsonSerializer.SerializeToNode(meta.Report, JsonFormat.Snake),
        };
        if (meta.Step.ToJson() is { } step)
            json["step"] = step;
        return JsonSerializer.SerializeToUtf8Bytes(json, JsonFormat.Indented);
    }

    /// <summary>Reads <c>meta.json</c>.</summary>
    /// <exception cref="CorruptArtifactException">Malformed, or its hash is not that of its configuration.</exception>
    public static DatasetMeta ReadMeta(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = JsonNode.Parse(bytes)!.AsObject();
            var config = PreprocessConfigParser.FromJson(json["preprocess_config"]!.AsObject());
            var hash = json["config_hash"]!.GetValue<string>();
            if (config.ConfigHash != hash)
                throw new CorruptArtifactException(
                    $"meta.json says config_hash {hash}, but its configuration hashes to {config.ConfigHash}.");
            return new DatasetMeta
            {
                Config = config,
                ConfigHash = hash,
                Step = SeriesStep.FromJson(json["step_seconds"]!.GetValue<double>(), json["step"]?.AsObject()),
                Targets = json["targets"].Deserialize<List<string>>()!,
                Columns = json["columns"].Deserialize<List<string>>()!,
                Scaler = Scaler.FromJson(json["scaler"]!.AsObject()),
                TrainRows = json["train_rows"]!.GetValue<int>(),
                TestRows = json["test_rows"]!.GetValue<int>(),
                ValidationStart = json["validation_start"]!.GetValue<int>(),
                TestFollowsTrain = json["test_follows_train"]!.GetValue<bool>(),
                Report = json["report"].Deserialize<DatasetReport>(JsonFormat.Snake)!,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException
            or InvalidInputException)
        {
            throw new CorruptArtifactException($"meta.json is malformed: {e.Message}", e);
        }
    }

    /// <summary>Reads a dataset back.</summary>
    /// <param name="meta">As <see cref="ReadMeta"/> gave it.</param>
    /// <param name="train"><c>train.parquet</c>; seekable.</param>
    /// <param name="test"><c>test.parquet</c>; seekable.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">A file is not what the meta says.</exception>
    public static async Task<PreparedDataset> ReadAsync(
        DatasetMeta meta, Stream train, Stream test, CancellationToken cancellation = default)
    {
        var (trainSeries, trainUnclipped, _) = await ReadAsync(meta, train, "train.parquet", meta.TrainRows, truth: false, cancellation);
        var (testSeries, testUnclipped, truth) = await ReadAsync(meta, test, "test.parquet", meta.TestRows, truth: true, cancellation);
        return new PreparedDataset
        {
            Meta = meta,
            Train = trainSeries,
            Test = testSeries,
            TrainUnclipped = trainUnclipped,
            TestUnclipped = testUnclipped,
            TestTruth = truth,
        };
    }

    /// <summary>
    /// Whether a <c>train.parquet</c> holds this dataset's numbers, bit for bit; the first difference in words, or null. Looks at one
    /// column of one row group at a time.
    /// </summary>
    /// <param name="data">What should be in it.</param>
    /// <param name="stream">The file; seekable.</param>
    /// <param name="share">Which of the row groups are looked at, so that several readers share a file; all by default.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">The file cannot be read.</exception>
    public static Task<string?> TrainDifferenceAsync(
        PreparedDataset data, Stream stream, GroupShare share = default, CancellationToken cancellation = default) =>
        DifferenceAsync(data, data.Train, data.TrainUnclipped, stream, share, cancellation);

    /// <summary>The same of <c>test.parquet</c>.</summary>
    /// <inheritdoc cref="TrainDifferenceAsync"/>
    public static Task<string?> TestDifferenceAsync(
        PreparedDataset data, Stream stream, GroupShare share = default, CancellationToken cancellation = default) =>
        DifferenceAsync(data, data.Test, data.TestUnclipped, stream, share, cancellation);

    /// <summary>Whether two datasets hold the same numbers, bit for bit; the first difference in words, or null.</summary>
    public static string? Difference(PreparedDataset one, PreparedDataset other)
    {
        if (!WriteMeta(one.Meta).AsSpan().SequenceEqual(WriteMeta(other.Meta)))
            return "meta.json differs";
        return SeriesDifference("train", one.Train, other.Train)
            ?? SeriesDifference("test", one.Test, other.Test)
            ?? SeriesDifference("train before clipping", one.Unclipped.Train, other.Unclipped.Train)
            ?? SeriesDifference("test before clipping", one.Unclipped.Test, other.Unclipped.Test)
            ?? (Enumerable.Range(0, one.TestTruth.Length).Any(m => !SameBits(one.TestTruth[m], other.TestTruth[m]))
                ? "the truth of test differs"
                : null);
    }

    private static string? SeriesDifference(string part, PreparedSeries one, PreparedSeries other)
    {
        if (!one.Timestamps.AsSpan().SequenceEqual(other.Timestamps) || !one.Segments.AsSpan().SequenceEqual(other.Segments))
            return $"{part}: times or segments differ";
        for (var f = 0; f < one.Columns.Count; f++)
        {
            if (!SameBits(one.Values[f], other.Values[f]))
                return $"{part}: values of '{one.Columns[f]}' differ";
            if (!one.Observed[f].AsSpan().SequenceEqual(other.Observed[f]))
                return $"{part}: the observed mask of '{one.Columns[f]}' differs";
        }

        return null;
    }

    private static bool SameBits(ReadOnlySpan<double> one, ReadOnlySpan<double> other) =>
        MemoryMarshal.AsBytes(one).SequenceEqual(MemoryMarshal.AsBytes(other));

    private static async Task WriteAsync(
        PreparedSeries series, PreparedSeries? unclipped, double[][] truth, DatasetMeta meta, Stream stream, CancellationToken cancellation)
    {
        var fields = FieldsOf(meta, truth.Length > 0, unclipped is not null);
        await using var writer = await ParquetWriter.CreateAsync(fields.Schema!, stream, _options, cancellationToken: cancellation);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["config_hash"] = meta.ConfigHash,
            ["preprocess_config"] = CanonicalJson.Serialize(meta.Config.ToJson()),
            ["scaler"] = meta.Scaler.ToJson().ToJsonString(),
        };
        for (var start = 0; start == 0 || start < series.Rows; start += RowGroupRows)
        {
            var rows = start..Math.Min(start + RowGroupRows, series.Rows);
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(fields.Timestamp, series.Timestamps.AsMemory(rows), cancellationToken: cancellation);
            await group.WriteAsync<int>(fields.Segment, series.Segments.AsMemory(rows), cancellationToken: cancellation);
            for (var f = 0; f < fields.Values.Length; f++)
                await group.WriteAsync<double>(fields.Values[f], series.Values[f].AsMemory(rows), cancellationToken: cancellation);
            for (var f = 0; f < fields.Observed.Length; f++)
                await group.WriteAsync<bool>(fields.Observed[f], series.Observed[f].AsMemory(rows), cancellationToken: cancellation);
            for (var m = 0; m < fields.Truth.Length; m++)
                await group.WriteAsync<double>(fields.Truth[m], truth[m].AsMemory(rows), cancellationToken: cancellation);
            for (var f = 0; f < fields.Unclipped.Length; f++)
                await group.WriteAsync<double>(fields.Unclipped[f], unclipped!.Values[f].AsMemory(rows), cancellationToken: cancellation);
        }
    }

    private static async Task<(PreparedSeries Series, PreparedSeries? Unclipped, double[][] Truth)> ReadAsync(
        DatasetMeta meta, Stream stream, string file, int rows, bool truth, CancellationToken cancellation)
    {
        var fields = FieldsOf(meta, truth, await HasUnclippedAsync(meta, stream, file, cancellation));
        var times = new DateTime[rows];
        var segments = new int[rows];
        var values = Columns<double>(fields.Values.Length, rows);
        var observed = Columns<bool>(fields.Observed.Length, rows);
        var truths = Columns<double>(fields.Truth.Length, rows);
        var unclipped = Columns<double>(fields.Unclipped.Length, rows);
        await ForEachGroupAsync(meta, stream, file, rows, default, async (group, span) =>
        {
            await group.ReadAsync<DateTime>(fields.Timestamp, times.AsMemory(span), cancellationToken: cancellation);
            await group.ReadAsync<int>(fields.Segment, segments.AsMemory(span), cancellationToken: cancellation);
            for (var f = 0; f < values.Length; f++)
                await group.ReadAsync<double>(fields.Values[f], values[f].AsMemory(span), cancellationToken: cancellation);
            for (var f = 0; f < observed.Length; f++)
                await group.ReadAsync<bool>(fields.Observed[f], observed[f].AsMemory(span), cancellationToken: cancellation);
            for (var m = 0; m < truths.Length; m++)
                await group.ReadAsync<double>(fields.Truth[m], truths[m].AsMemory(span), cancellationToken: cancellation);
            for (var f = 0; f < unclipped.Length; f++)
                await group.ReadAsync<double>(fields.Unclipped[f], unclipped[f].AsMemory(span), cancellationToken: cancellation);
        }, cancellation);

        MissingValues.ShareEqual(observed);
        var always = new bool[rows];
        Array.Fill(always, true);
        times = Unzoned(times);
        return (SeriesOf(values), unclipped.Length > 0 ? SeriesOf([.. unclipped, .. values.Skip(unclipped.Length)]) : null, truths);

        PreparedSeries SeriesOf(double[][] columns) => new()
        {
            Timestamps = times,
            Segments = segments,
            Step = meta.Step,
            Columns = meta.Columns,
            Values = columns,
            Observed = [.. observed, .. Enumerable.Repeat(always, columns.Length - observed.Length)],
            Targets = meta.Targets,
            FlatTargets = meta.FlatTargets,
        };
    }

    /// <summary>Whether a file holds what was before clipping; those of before do not.</summary>
    private static async Task<bool> HasUnclippedAsync(DatasetMeta meta, Stream stream, string file, CancellationToken cancellation)
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

    private static async Task<string?> DifferenceAsync(
        PreparedDataset data,
        PreparedSeries series,
        PreparedSeries? unclipped,
        Stream stream,
        GroupShare share,
        CancellationToken cancellation)
    {
        var (meta, isTrain) = (data.Meta, ReferenceEquals(series, data.Train));
        var part = isTrain ? "train" : "test";
        double[][] truth = isTrain ? [] : data.TestTruth;
        var fields = FieldsOf(meta, truth.Length > 0, await HasUnclippedAsync(meta, stream, $"{part}.parquet", cancellation));
        var room = Math.Min(series.Rows, RowGroupRows);
        var (times, segments, numbers, flags) = (new DateTime[room], new int[room], new double[room], new bool[room]);
        string? difference = null;
        await ForEachGroupAsync(meta, stream, $"{part}.parquet", series.Rows, share, async (group, span) =>
        {
            var count = span.End.Value - span.Start.Value;
            if (difference is not null)
                return;
            await group.ReadAsync<DateTime>(fields.Timestamp, times.AsMemory(0, count), cancellationToken: cancellation);
            await group.ReadAsync<int>(fields.Segment, segments.AsMemory(0, count), cancellationToken: cancellation);
            if (!Same(times, series.Timestamps, span) || !Same(segments, series.Segments, span))
                difference = $"{part}: times or segments differ";
            for (var f = 0; f < fields.Values.Length && difference is null; f++)
            {
                await group.ReadAsync<double>(fields.Values[f], numbers.AsMemory(0, count), cancellationToken: cancellation);
                difference = SameBits(numbers.AsSpan(0, count), series.Values[f].AsSpan(span))
                    ? null
                    : $"{part}: values of '{series.Columns[f]}' differ";
            }

            for (var f = 0; f < fields.Observed.Length && difference is null; f++)
            {
                await group.ReadAsync<bool>(fields.Observed[f], flags.AsMemory(0, count), cancellationToken: cancellation);
                difference = Same(flags, series.Observed[f], span) ? null : $"{part}: the observed mask of '{series.Columns[f]}' differs";
            }

            for (var m = 0; m < fields.Truth.Length && difference is null; m++)
            {
                await group.ReadAsync<double>(fields.Truth[m], numbers.AsMemory(0, count), cancellationToken: cancellation);
                difference = SameBits(numbers.AsSpan(0, count), truth[m].AsSpan(span)) ? null : "the truth of test differs";
            }

            for (var f = 0; f < fields.Unclipped.Length && unclipped is not null && difference is null; f++)
            {
                await group.ReadAsync<double>(fields.Unclipped[f], numbers.AsMemory(0, count), cancellationToken: cancellation);
                difference = SameBits(numbers.AsSpan(0, count), unclipped.Values[f].AsSpan(span))
                    ? null
                    : $"{part}: values of '{series.Columns[f]}' before clipping differ";
            }
        }, cancellation);
        return difference;

        static bool Same<T>(T[] read, T[] meant, Range span) where T : IEquatable<T> =>
            read.AsSpan(0, span.End.Value - span.Start.Value).SequenceEqual(meant.AsSpan(span));
    }

    /// <summary>Goes through the row groups of a file, each with the rows it holds.</summary>
    private static async Task ForEachGroupAsync(
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
                stream, _options, leaveStreamOpen: true, cancellationToken: cancellation);
            await read(reader);
        }
        catch (Exception e) when (e is not (CorruptArtifactException or OperationCanceledException))
        {
            throw new CorruptArtifactException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static DateTime[] Unzoned(DateTime[] times)
    {
        foreach (ref var time in times.AsSpan())
            time = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        return times;
    }

    private static T[][] Columns<T>(int count, int rows)
    {
        var columns = new T[count][];
        for (var c = 0; c < count; c++)
            columns[c] = new T[rows];
        return columns;
    }

    private static Fields FieldsOf(DatasetMeta meta, bool truth, bool unclipped)
    {
        // Calendar features come last and are always known.
        var masked = meta.Columns.Where(c => meta.Scaler.Contains(c) || !CalendarFeatures.IsCalendar(c)).ToList();
        var fields = new Fields(
            new DateTimeDataField("timestamp", DateTimeFormat.Timestamp, isAdjustedToUTC: false, DateTimeTimeUnit.Micros),
            new DataField<int>("segment"),
            [.. meta.Columns.Select(c => new DataField<double>(c))],
            [.. masked.Select(c => new DataField<bool>($"{c}#observed"))],
            truth ? [.. meta.Targets.Select(c => new DataField<double>($"{c}#truth"))] : [],
            unclipped ? [.. masked.Select(c => new DataField<double>($"{c}{UnclippedMark}"))] : []);
        fields.Schema = new ParquetSchema(fields.All);
        return fields;
    }

    private sealed record Fields(
        DataField Timestamp, DataField Segment, DataField[] Values, DataField[] Observed, DataField[] Truth, DataField[] Unclipped)
    {
        /// <summary>Fields can be read and written only once they belong to a schema.</summary>
        public ParquetSchema? Schema { get; set; }

        public Field[] All => [Timestamp, Segment, .. Values, .. Observed, .. Truth, .. Unclipped];
    }
}
