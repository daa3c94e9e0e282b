using System.Runtime.InteropServices;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>Whether processed data is the same, bit for bit: in memory, or in memory and in its files.</summary>
public static class ProcessedComparison
{
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
        if (!ProcessedFiles.WriteMeta(one.Meta).AsSpan().SequenceEqual(ProcessedFiles.WriteMeta(other.Meta)))
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
        var isUnclippedThere = await ProcessedLayout.HasUnclippedAsync(meta, stream, $"{part}.parquet", cancellation);
        var fields = ProcessedLayout.Of(meta, truth.Length > 0, isUnclippedThere);
        var room = Math.Min(series.Rows, ProcessedLayout.RowGroupRows);
        var (times, segments, numbers, flags) = (new DateTime[room], new int[room], new double[room], new bool[room]);
        string? difference = null;
        await ProcessedLayout.ForEachGroupAsync(meta, stream, $"{part}.parquet", series.Rows, share, async (group, span) =>
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
}
