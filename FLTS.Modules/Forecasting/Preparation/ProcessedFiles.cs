using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using Parquet;

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

    private static async Task WriteAsync(
        PreparedSeries series, PreparedSeries? unclipped, double[][] truth, DatasetMeta meta, Stream stream, CancellationToken cancellation)
    {
        var fields = ProcessedLayout.Of(meta, truth.Length > 0, unclipped is not null);
        await using var writer = await ParquetWriter.CreateAsync(
            fields.Schema!, stream, ProcessedLayout.Options, cancellationToken: cancellation);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["config_hash"] = meta.ConfigHash,
            ["preprocess_config"] = CanonicalJson.Serialize(meta.Config.ToJson()),
            ["scaler"] = meta.Scaler.ToJson().ToJsonString(),
        };
        for (var start = 0; start == 0 || start < series.Rows; start += ProcessedLayout.RowGroupRows)
        {
            var rows = start..Math.Min(start + ProcessedLayout.RowGroupRows, series.Rows);
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
        var fields = ProcessedLayout.Of(meta, truth, await ProcessedLayout.HasUnclippedAsync(meta, stream, file, cancellation));
        var times = new DateTime[rows];
        var segments = new int[rows];
        var values = Columns<double>(fields.Values.Length, rows);
        var observed = Columns<bool>(fields.Observed.Length, rows);
        var truths = Columns<double>(fields.Truth.Length, rows);
        var unclipped = Columns<double>(fields.Unclipped.Length, rows);
        await ProcessedLayout.ForEachGroupAsync(meta, stream, file, rows, default, async (group, span) =>
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
}
