using static FLTS.Forecasting.Trees.LightGbmLibrary;

namespace FLTS.Forecasting.Trees;

/// <summary>Writes the features of a row.</summary>
internal delegate void FillFeatures(int row, Span<float> into);

/// <summary>
/// Rows of features in the bins that LightGBM compares: cut once, shared by everything that is grown on them. Many threads may take of them
/// at once.
/// </summary>
internal sealed unsafe class BinnedRows : IDisposable
{
    /// <summary>Most rows that bins are cut by: their quantiles hardly move with more.</summary>
    private const int MostSampled = 50_000;

    /// <summary>Most numbers of them, which are all held at once.</summary>
    private const int MostSampledValues = 1 << 25;

    /// <summary>Numbers that LightGBM is handed at once; between two such blocks is looked whether it was cancelled.</summary>
    private const int BlockValues = 1 << 20;

    private readonly DatasetHandle _dataset;
    private readonly string _parameters;

    private BinnedRows(DatasetHandle dataset, string parameters) => (_dataset, _parameters) = (dataset, parameters);

    /// <param name="parameters">LightGBM's.</param>
    /// <param name="rows">N.</param>
    /// <param name="width">Features.</param>
    /// <param name="sample">Rows whose features decide where bins end; more than enough are thinned evenly.</param>
    /// <param name="fill">Asked for each row once or twice; every feature is finite.</param>
    /// <param name="cancellation">Looked at between blocks of rows.</param>
    public static BinnedRows Of(
        string parameters, int rows, int width, ReadOnlySpan<int> sample, FillFeatures fill, CancellationToken cancellation)
    {
        LightGbmLibrary.Require();
        if (sample.IsEmpty)
            return new BinnedRows(new DatasetHandle(), parameters); // Nothing to grow on: nobody will take any.
        var binned = new BinnedRows(Cut(parameters, rows, width, sample, fill, cancellation), parameters);
        var most = Math.Max(1, BlockValues / width);
        var block = new float[Math.Min(most, rows) * width];
        for (var start = 0; start < rows; start += most)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(most, rows - start);
            for (var i = 0; i < count; i++)
                fill(start + i, block.AsSpan(i * width, width));
            fixed (float* values = block)
                Check(DatasetPushRows(binned._dataset, values, Float32, count, width, start));
        }

        return binned;
    }

    /// <summary>Appends the features that the same rows have elsewhere.</summary>
    public BinnedRows With(BinnedRows others)
    {
        if (!_dataset.IsInvalid)
            Check(DatasetAddFeaturesFrom(_dataset, others._dataset));
        return this;
    }

    /// <summary>Some rows with what is to be learned from each; the caller disposes them.</summary>
    public DatasetHandle Take(Examples examples)
    {
        fixed (int* rows = examples.Rows)
        fixed (float* labels = examples.Labels)
        {
            Check(DatasetGetSubset(_dataset, rows, examples.Rows.Length, _parameters, out var subset));
            Check(DatasetSetField(subset, "label", labels, examples.Labels.Length, Float32));
            return subset;
        }
    }

    public void Dispose() => _dataset.Dispose();

    /// <summary>Room for the rows and where their bins end. LightGBM takes the sample by columns and leaves out zeros.</summary>
    private static DatasetHandle Cut(
        string parameters, int rows, int width, ReadOnlySpan<int> sample, FillFeatures fill, CancellationToken cancellation)
    {
        var most = Math.Clamp(MostSampledValues / width, 1, MostSampled);
        var stride = Math.Max(1, (sample.Length + most - 1) / most);
        var sampled = (sample.Length + stride - 1) / stride;
        var (values, places, counts) = (new double[width * sampled], new int[width * sampled], new int[width]);
        var row = new float[width];
        for (var i = 0; i < sampled; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            fill(sample[i * stride], row);
            for (var f = 0; f < width; f++)
            {
                if (row[f] == 0)
                    continue;
                var at = (f * sampled) + counts[f]++;
                (values[at], places[at]) = (row[f], i);
            }
        }

        var valuesOf = new nint[width];
        var placesOf = new nint[width];
        fixed (double* value = values)
        fixed (int* place = places, count = counts)
        fixed (nint* columns = valuesOf, rowsOf = placesOf)
        {
            for (var f = 0; f < width; f++)
                (valuesOf[f], placesOf[f]) = ((nint)(value + (f * sampled)), (nint)(place + (f * sampled)));
            Check(DatasetCreateFromSampledColumn(columns, rowsOf, width, count, sampled, rows, rows, parameters, out var dataset));
            return dataset;
        }
    }
}
