using Parquet;
using Parquet.Schema;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// <c>residuals/validation.parquet</c>: a row an origin and step. Columns <c>#origin</c> (time of the last known row; microseconds, no
/// zone), <c>#step</c> (int32, from 1), and a float64 one a target (truth minus forecast, original units, NaN where nothing was observed).
/// </summary>
public static class ResidualFile
{
    /// <summary>Path below an attempt's folder.</summary>
    public const string Path = "residuals/validation.parquet";

    private static readonly ParquetOptions _options = new() { CompressionMethod = CompressionMethod.Snappy };

    /// <summary>The file's bytes; the same residuals give the same.</summary>
    public static async Task<byte[]> WriteAsync(ValidationResiduals residuals, CancellationToken cancellation = default)
    {
        var (origin, step, values, schema) = Fields(residuals.Targets);
        var rows = residuals.Origins.Count * residuals.Steps;
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream, _options, cancellationToken: cancellation))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(
                origin,
                Enumerable.Range(0, rows).Select(i => residuals.Origins[i / residuals.Steps]).ToArray(),
                cancellationToken: cancellation);
            await group.WriteAsync<int>(
                step, Enumerable.Range(0, rows).Select(i => (i % residuals.Steps) + 1).ToArray(), cancellationToken: cancellation);
            for (var m = 0; m < values.Length; m++)
                await group.WriteAsync<double>(values[m], residuals.Values[m], cancellationToken: cancellation);
        }

        return stream.ToArray();
    }

    /// <param name="bytes">Not trusted.</param>
    /// <param name="targets">The model's; those flat in train are not in the file.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">It is no such file, or of other targets.</exception>
    public static async Task<ValidationResiduals> ReadAsync(
        byte[] bytes, IReadOnlyList<string> targets, CancellationToken cancellation = default)
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            await using var reader = await ParquetReader.CreateAsync(
                stream, _options, leaveStreamOpen: true, cancellationToken: cancellation);
            var names = reader.Schema.DataFields.Select(f => f.Name).Skip(2).ToList();
            if (!names.SequenceEqual(targets.Where(names.Contains), StringComparer.Ordinal) || reader.RowGroupCount != 1)
                throw new CorruptArtifactException(
                    $"{Path} must hold one group of rows and the targets {string.Join(", ", targets)} (or some of them); it holds "
                    + $"{string.Join(", ", names)}.");
            using var group = reader.OpenRowGroupReader(0);
            if (group.RowCount > ValidationResiduals.MostOrigins * ValidationResiduals.MostSteps)
                throw new CorruptArtifactException(
                    $"{Path} has {group.RowCount} rows; at most {ValidationResiduals.MostOrigins * ValidationResiduals.MostSteps} are "
                    + "written.");

            var (origin, step, fields, _) = Fields(names);
            var rows = (int)group.RowCount;
            var (times, steps) = (new DateTime[rows], new int[rows]);
            await group.ReadAsync<DateTime>(origin, times, cancellationToken: cancellation);
            await group.ReadAsync<int>(step, steps, cancellationToken: cancellation);
            var values = names.Select(_ => new double[rows]).ToArray();
            for (var m = 0; m < values.Length; m++)
                await group.ReadAsync<double>(fields[m], values[m], cancellationToken: cancellation);

            var most = rows == 0 ? 1 : steps.Max();
            if (most < 1
                || rows % most != 0
                || steps.Where((s, i) => s != (i % most) + 1).Any()
                || values.Any(v => v.Any(double.IsInfinity)))
                throw new CorruptArtifactException($"{Path} must hold the steps of each origin in order and finite numbers.");
            return new ValidationResiduals(
                [.. times.Where((_, i) => i % most == 0).Select(t => DateTime.SpecifyKind(t, DateTimeKind.Unspecified))],
                most,
                names,
                values);
        }
        catch (Exception e) when (e is not (CorruptArtifactException or OperationCanceledException))
        {
            throw new CorruptArtifactException($"{Path} cannot be read: {e.Message}", e);
        }
    }

    private static (DataField Origin, DataField Step, DataField[] Values, ParquetSchema Schema) Fields(IReadOnlyList<string> targets)
    {
        var origin = new DateTimeDataField("#origin", DateTimeFormat.Timestamp, isAdjustedToUTC: false, DateTimeTimeUnit.Micros);
        var step = new DataField<int>("#step");
        DataField[] values = [.. targets.Select(t => new DataField<double>(t))];
        return (origin, step, values, new ParquetSchema([origin, step, .. values]));
    }
}
