using FLTS.Forecasting.Features;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>
/// Brings inputs and targets near 0 and 1 and outputs back; computed in double precision so that large offsets cost no digits.
/// In residual mode the net's output is the difference between the encoded target and the encoded last known row.
/// </summary>
/// <param name="Mode">What the net's output means.</param>
/// <param name="Log1p">Whether any column may be a logarithm.</param>
/// <param name="Inputs">[F]</param>
/// <param name="Targets">[M] In residual mode the scale is the deviation of the one-step changes.</param>
internal sealed record Normalisation(TargetMode Mode, bool Log1p, ColumnCode[] Inputs, ColumnCode[] Targets)
{
    /// <summary>
    /// Learned on rows of a series; means 0 and scales 1 where standardisation is off, and for calendar columns, which are in
    /// [-1, 1] by nature: over a train part of weeks the day of the year is a short slope, and standardised, the days to come
    /// would lie far outside what was seen. Of one whose period the rows do not span nothing is left.
    /// </summary>
    /// <param name="series">Train.</param>
    /// <param name="rows">Those learned on.</param>
    /// <param name="mode">What the net's output is to mean.</param>
    /// <param name="standardise">Whether means and deviations are learned at all.</param>
    /// <param name="scaler">Turns columns that are never negative in train, and their lags, to log1p of their
    /// original units; null: none.</param>
    public static Normalisation Of(PreparedSeries series, RowSpan rows, TargetMode mode, bool standardise, Scaler? scaler = null)
    {
        var logs = series.Columns.Select(name => scaler is null ? default : Log(name, series.Columns, scaler)).ToArray();
        var targets = series.TargetIndexes();
        return new Normalisation(
            mode,
            scaler is not null,
            [.. series.Columns.Select((name, c) => CalendarFeatures.IsCalendar(name)
                ? CalendarFeatures.IsToldBy(name, series.Timestamps.AsSpan(rows.Start..rows.End)) ? Identity : Nothing
                : Standardised(logs[c], [.. series.Values[c][rows.Start..rows.End].Select(logs[c].Transform)]))],
            [.. targets.Select(c => Target(c))]);

        ColumnCode Standardised(ColumnCode log, double[] transformed)
        {
            var (mean, scale) = standardise ? MeanAndScale(transformed) : (0, 1);
            return log with { Mean = mean, Scale = scale };
        }

        ColumnCode Target(int c)
        {
            var level = Standardised(logs[c], Known(series, c, rows, logs[c].Transform));
            return mode == TargetMode.Level
                ? level
                : level with { Scale = Standardised(logs[c], Changes(series, c, rows, logs[c].Transform)).Scale };
        }
    }

    /// <summary>[rows, columns] encoded, row-major.</summary>
    public static float[] Encode(double[][] columns, RowSpan rows, ColumnCode[] codes)
    {
        var encoded = new float[(rows.End - rows.Start) * columns.Length];
        for (var c = 0; c < columns.Length; c++)
        {
            for (var t = rows.Start; t < rows.End; t++)
                encoded[((t - rows.Start) * columns.Length) + c] = (float)codes[c].Encode(columns[c][t]);
        }

        return encoded;
    }

    /// <summary>One output on the series' scale.</summary>
    /// <param name="target">Position of the target.</param>
    /// <param name="output">The net's.</param>
    /// <param name="last">The target's last known value.</param>
    public double Decode(int target, float output, double last) =>
        Mode == TargetMode.Residual ? Targets[target].DecodeChange(output, last) : Targets[target].Decode(output);

    /// <summary>The tensors <c>norm.*</c>, in double precision; those of log1p only where it is used.</summary>
    public IEnumerable<NamedTensor> Save() => [.. Save("input", Inputs), .. Save("target", Targets)];

    /// <summary>From the tensors <c>norm.*</c>, taking them out of <paramref name="tensors"/>.</summary>
    /// <exception cref="CorruptArtifactException">One is missing, of another size, not finite, or a scale is not above 0.</exception>
    public static Normalisation Load(
        IDictionary<string, NamedTensor> tensors, RecurrentHyperparameters parameters, int inputs, int targets, string file)
    {
        return new Normalisation(parameters.TargetMode, parameters.Log1p, Codes("input", inputs), Codes("target", targets));

        ColumnCode[] Codes(string what, int size)
        {
            var (mean, scale) = (Take($"norm.{what}_mean", size, null), Take($"norm.{what}_scale", size, v => v > 0));
            var (center, unit) = parameters.Log1p
                ? (Take($"norm.{what}_center", size, null), Take($"norm.{what}_unit", size, v => v >= 0))
                : (new double[size], new double[size]);
            return [.. Enumerable.Range(0, size).Select(c => new ColumnCode(mean[c], scale[c], center[c], unit[c]))];
        }

        double[] Take(string name, int size, Func<double, bool>? allowed)
        {
            if (!tensors.Remove(name, out var tensor) || tensor.Shape is not [var length] || length != size)
                throw new CorruptArtifactException($"{file}: tensor '{name}' is missing or not of size {size}.");
            return tensor.Doubles.All(v => double.IsFinite(v) && allowed?.Invoke(v) != false)
                ? tensor.Doubles
                : throw new CorruptArtifactException(
                    $"{file}: tensor '{name}' holds a value that is not {(allowed is null ? "finite" : "finite and in its range")}.");
        }
    }

    private static ColumnCode Identity => new(0, 1);

    /// <summary>What is left of a number up to 1 is 0 in single precision, which is what a net is given.</summary>
    private static ColumnCode Nothing => new(0, 1e300);

    private IEnumerable<NamedTensor> Save(string what, ColumnCode[] codes)
    {
        yield return new($"norm.{what}_mean", [codes.Length], codes.Select(c => c.Mean).ToArray());
        yield return new($"norm.{what}_scale", [codes.Length], codes.Select(c => c.Scale).ToArray());
        if (!Log1p)
            yield break;
        yield return new($"norm.{what}_center", [codes.Length], codes.Select(c => c.Center).ToArray());
        yield return new($"norm.{what}_unit", [codes.Length], codes.Select(c => c.Unit).ToArray());
    }

    private static ColumnCode Log(string name, IReadOnlyList<string> columns, Scaler scaler)
    {
        var measured = Lags.TryParse(name, columns, out var source, out _) ? columns[source] : name;
        return scaler.Contains(measured) && scaler[measured] is { Min: >= 0 } column
            ? Identity with { Center = column.Center, Unit = column.Scale }
            : Identity;
    }

    private static double[] Known(PreparedSeries series, int column, RowSpan rows, Func<double, double> transform) =>
        [.. Enumerable.Range(rows.Start, rows.End - rows.Start)
            .Where(t => series.Observed[column][t])
            .Select(t => transform(series.Values[column][t]))];

    private static double[] Changes(PreparedSeries series, int column, RowSpan rows, Func<double, double> transform) =>
    [
        .. Enumerable.Range(rows.Start + 1, Math.Max(0, rows.End - rows.Start - 1))
            .Where(t => series.Segments[t] == series.Segments[t - 1] && series.Observed[column][t])
            .Select(t => transform(series.Values[column][t]) - transform(series.Values[column][t - 1])),
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
}
