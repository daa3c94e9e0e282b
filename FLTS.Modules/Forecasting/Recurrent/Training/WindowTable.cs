using FLTS.Forecasting.Recurrent.Kernels;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Series;
using TorchSharp;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>
/// A series on the device, once: normalised inputs [T, F], encoded targets [T, M], mask [T, M] of the cells that count.
/// Batches are gathered from it by row number.
/// </summary>
internal class WindowTable : IDisposable
{
    private readonly Tensor _inputs, _targets, _mask, _back, _ahead;
    // How often libtorch is to add the other tensor, held while it does.
    private readonly Scalar _once = 1.ToScalar(), _lessOnce = (-1).ToScalar();
    private readonly bool _residual;

    /// <param name="series">All rows.</param>
    /// <param name="norm">Of the windows.</param>
    /// <param name="inputLength">L.</param>
    /// <param name="horizon">H.</param>
    public WindowTable(PreparedSeries series, Normalisation norm, int inputLength, int horizon)
    {
        TorchRuntime.EnsureReady();
        var all = new RowSpan(0, series.Rows);
        var columns = series.TargetIndexes();
        _inputs = tensor(Normalisation.Encode(series.Values, all, norm.Inputs), [series.Rows, series.Columns.Count]);
        Targets = columns.Length;
        _targets = tensor(
            Normalisation.Encode([.. columns.Select(c => series.Values[c])], all, norm.Targets), [series.Rows, columns.Length]);
        _mask = tensor(Mask(series, columns), [series.Rows, columns.Length]);
        _back = tensor([.. Enumerable.Range(1 - inputLength, inputLength).Select(i => (long)i)], [inputLength, 1]);
        _ahead = tensor([.. Enumerable.Range(1, horizon).Select(i => (long)i)]);
        _residual = norm.Mode == TargetMode.Residual;
    }

    /// <summary>M.</summary>
    public int Targets { get; }

    /// <summary>
    /// Last input rows of the windows that lie in one segment, whose targets all lie in <paramref name="rows"/>, with
    /// at least one cell that counts.
    /// </summary>
    public static long[] Origins(PreparedSeries series, RowSpan rows, int inputLength, int horizon)
    {
        var counted = Counted(series);
        var origins = new List<long>();
        for (var origin = Math.Max(rows.Start, inputLength) - 1; origin + horizon < rows.End; origin++)
        {
            if (series.Segments[origin - inputLength + 1] == series.Segments[origin + horizon]
                && Array.Exists(counted, c => c.AsSpan(origin + 1, horizon).Contains(true)))
                origins.Add(origin);
        }

        return [.. origins];
    }

    /// <summary>One batch, for the caller to dispose.</summary>
    /// <param name="origins">[B] Last input rows.</param>
    public virtual WindowBatch Batch(Tensor origins)
    {
        var (size, outputs) = (origins.shape[0], _targets.shape[1]);
        var inputs = Inputs(origins);
        var rows = origins.unsqueeze(1).add(_ahead, _once).flatten();
        var levels = _targets.index_select(0, rows).view(size, -1, outputs);
        var targets = _residual ? levels.add(_targets.index_select(0, origins).unsqueeze(1), _lessOnce) : levels;
        return new WindowBatch(inputs, targets, _mask.index_select(0, rows).view(size, -1, outputs), levels);
    }

    /// <summary>[L, B, F] Rows up to the origins.</summary>
    protected Tensor Inputs(Tensor origins) =>
        _inputs.index_select(0, _back.add(origins, _once).flatten()).view(-1, origins.shape[0], _inputs.shape[1]);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _inputs.Dispose();
        _targets.Dispose();
        _mask.Dispose();
        _back.Dispose();
        _ahead.Dispose();
        _once.Dispose();
        _lessOnce.Dispose();
    }

    private static bool[][] Counted(PreparedSeries series) =>
        [.. series.Targets.Where(name => !series.FlatTargets.Contains(name)).Select(name => series.Observed[series.IndexOf(name)])];

    private static float[] Mask(PreparedSeries series, int[] columns)
    {
        var mask = new float[series.Rows * columns.Length];
        for (var m = 0; m < columns.Length; m++)
        {
            if (series.FlatTargets.Contains(series.Targets[m]))
                continue;
            for (var t = 0; t < series.Rows; t++)
                mask[(t * columns.Length) + m] = series.Observed[columns[m]][t] ? 1 : 0;
        }

        return mask;
    }
}
