using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Forecasting.Safetensors;

namespace FLTS.Modules.Forecasting.Recurrent;

/// <summary>
/// Brings inputs and targets near 0 and 1 and outputs back; computed in double precision so that large offsets cost no digits.
/// A target is encoded as (value - mean) / scale; in residual mode the net's output is the difference between the encoded target and the encoded last known row.
/// </summary>
/// <param name="Mode">What the net's output means.</param>
/// <param name="InputMean">[F]</param>
/// <param name="InputScale">[F] More than 0.</param>
/// <param name="TargetMean">[M]</param>
/// <param name="TargetScale">[M] More than 0; in residual mode the deviation of the one-step changes.</param>
internal sealed record Normalisation(TargetMode Mode, double[] InputMean, double[] InputScale, double[] TargetMean, double[] TargetScale)
{
    /// <summary>
    /// Learned on rows of a series; means 0 and scales 1 where standardisation is off, and for calendar columns, which are in [-1, 1] by nature:
    /// over a train part of weeks the day of the year is a short slope, and standardised, the days to come would lie far outside what was seen.
    /// </summary>
    public static Normalisation Of(PreparedSeries series, RowSpan rows, TargetMode mode, bool standardise)
    {
        var targets = series.TargetIndexes();
        if (!standardise)
            return new Normalisation(mode, new double[series.Columns.Count], Ones(series.Columns.Count), new double[targets.Length], Ones(targets.Length));
        var inputs = series.Columns.Select((name, c) => CalendarFeatures.IsCalendar(name) ? (Mean: 0, Scale: 1) : MeanAndScale(series.Values[c][rows.Start..rows.End])).ToArray();
        var outputs = targets.Select(c => MeanAndScale(Known(series, c, rows))).ToArray();
        var scales = mode == TargetMode.Level ? outputs : [.. targets.Select(c => MeanAndScale(Changes(series, c, rows)))];
        return new Normalisation(mode, [.. inputs.Select(s => s.Mean)], [.. inputs.Select(s => s.Scale)], [.. outputs.Select(s => s.Mean)], [.. scales.Select(s => s.Scale)]);
    }

    /// <summary>[rows, columns] (column - mean) / scale, row-major.</summary>
    public static float[] Encode(double[][] columns, RowSpan rows, double[] mean, double[] scale)
    {
        var encoded = new float[(rows.End - rows.Start) * columns.Length];
        for (var c = 0; c < columns.Length; c++)
        {
            for (var t = rows.Start; t < rows.End; t++)
                encoded[((t - rows.Start) * columns.Length) + c] = (float)((columns[c][t] - mean[c]) / scale[c]);
        }

        return encoded;
    }

    /// <summary>One output on the series' scale.</summary>
    /// <param name="target">Position of the target.</param>
    /// <param name="output">The net's.</param>
    /// <param name="last">The target's last known value.</param>
    public double Decode(int target, float output, double last) =>
        (Mode == TargetMode.Residual ? last : TargetMean[target]) + (output * TargetScale[target]);

    /// <summary>The tensors <c>norm.*</c>, in double precision.</summary>
    public IEnumerable<NamedTensor> Save() =>
    [
        new("norm.input_mean", [InputMean.Length], InputMean),
        new("norm.input_scale", [InputScale.Length], InputScale),
        new("norm.target_mean", [TargetMean.Length], TargetMean),
        new("norm.target_scale", [TargetScale.Length], TargetScale),
    ];

    /// <summary>From the tensors <c>norm.*</c>, taking them out of <paramref name="tensors"/>.</summary>
    /// <exception cref="CorruptArtifactException">One is missing, of another size, not finite, or a scale is not above 0.</exception>
    public static Normalisation Load(IDictionary<string, NamedTensor> tensors, TargetMode mode, int inputs, int targets, string file)
    {
        return new Normalisation(mode, Take("norm.input_mean", inputs, false), Take("norm.input_scale", inputs, true), Take("norm.target_mean", targets, false), Take("norm.target_scale", targets, true));

        double[] Take(string name, int size, bool positive)
        {
            if (!tensors.Remove(name, out var tensor) || tensor.Shape is not [var length] || length != size)
                throw new CorruptArtifactException($"{file}: tensor '{name}' is missing or not of size {size}.");
            return tensor.Doubles.All(v => double.IsFinite(v) && (!positive || v > 0))
                ? tensor.Doubles
                : throw new CorruptArtifactException($"{file}: tensor '{name}' holds a value that is not {(positive ? "above 0" : "finite")}.");
        }
    }

    private static double[] Known(PreparedSeries series, int column, RowSpan rows) =>
        [.. Enumerable.Range(rows.Start, rows.End - rows.Start).Where(t => series.Observed[column][t]).Select(t => series.Values[column][t])];

    private static double[] Changes(PreparedSeries series, int column, RowSpan rows) =>
    [
        .. Enumerable.Range(rows.Start + 1, Math.Max(0, rows.End - rows.Start - 1))
            .Where(t => series.Segments[t] == series.Segments[t - 1] && series.Observed[column][t])
            .Select(t => series.Values[column][t] - series.Values[column][t - 1]),
    ];

    private static (double Mean, double Scale) MeanAndScale(double[] values)
    {
        if (values.Length == 0)
            return (0, 1);
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        // What rounding makes of a flat column is no spread.
        return (mean, deviation > 1e-9 * (Math.Abs(mean) + values.Max(Math.Abs)) ? deviation : 1);
    }

    private static double[] Ones(int n) => [.. Enumerable.Repeat(1.0, n)];
}
