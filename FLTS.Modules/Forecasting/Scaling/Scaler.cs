using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>The scaling of a dataset's measured columns, fitted on observed cells of train only; saved as <c>scaler.json</c>.</summary>
public sealed class Scaler
{
    private const int FormatVersion = 1;
    private readonly Dictionary<string, ColumnScale> _byName;

    public Scaler(ScalerKind kind, IReadOnlyList<ColumnScale> columns)
    {
        Kind = kind;
        Columns = columns;
        _byName = columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    public ScalerKind Kind { get; }

    /// <summary>One entry a measured column, in order.</summary>
    public IReadOnlyList<ColumnScale> Columns { get; }

    /// <summary>The scale of a column.</summary>
    /// <exception cref="ArgumentException">Not a measured column of this dataset.</exception>
    public ColumnScale this[string column] =>
        _byName.TryGetValue(column, out var scale)
            ? scale
            : throw new ArgumentException(
                $"The scaler has no column '{column}'; it has {string.Join(", ", _byName.Keys)}.", nameof(column));

    public bool Contains(string column) => _byName.ContainsKey(column);

    /// <summary>Fits one column.</summary>
    /// <param name="kind">Which scaler.</param>
    /// <param name="name">The column.</param>
    /// <param name="values">[T] Train in original units; only observed cells are looked at.</param>
    /// <param name="observed">[T]</param>
    /// <param name="segments">[T] Segment of each row, for the mean absolute step.</param>
    /// <param name="clipping">Whether and how bounds are learned; the scale is fitted on clipped values.</param>
    /// <exception cref="InvalidInputException">No observed value.</exception>
    public static ColumnScale FitColumn(
        ScalerKind kind,
        string name,
        ReadOnlySpan<double> values,
        ReadOnlySpan<bool> observed,
        ReadOnlySpan<int> segments,
        ClippingOptions clipping)
    {
        var (count, steps) = (0, 0);
        double stepSum = 0, last = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        for (var t = 0; t < values.Length; t++)
        {
            if (!observed[t])
                continue;
            count++;
            last = values[t];
            min = Math.Min(min, last);
            max = Math.Max(max, last);
            if (t > 0 && observed[t - 1] && segments[t] == segments[t - 1])
            {
                stepSum += Math.Abs(values[t] - values[t - 1]);
                steps++;
            }
        }

        if (count == 0)
            throw new InvalidInputException(
                $"Column '{name}' has no value at all in the train part; leave it out (targets, inputs) or fill it.");
        double? meanStep = steps > 0 ? stepSum / steps : null;
        if (clipping.Method == ClippingMethod.Off && kind is ScalerKind.MinMax or ScalerKind.MaxAbs or ScalerKind.None)
        {
            var (from, by) = CenterAndScale(kind, min, max, [], sorted: false);
            return new ColumnScale(name, from, by, min, max, meanStep, last);
        }

        // What asks for order or moments needs the observed values by themselves.
        var rented = ArrayPool<double>.Shared.Rent(count);
        try
        {
            var column = Compact(values, observed, rented.AsSpan(0, count));
            double? low = null, high = null;
            if (clipping.Method != ClippingMethod.Off)
            {
                column.Sort();
                (low, high) = Bounds(clipping, column);
                foreach (ref var value in column)
                    value = Math.Clamp(value, low.Value, high.Value);
            }

            var (least, greatest) = Statistics.Range(column);
            var (center, scale) = CenterAndScale(kind, least, greatest, column, sorted: low is not null);
            return new ColumnScale(name, center, scale, min, max, meanStep, last, low, high);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    /// <summary>[T] in place to the models' scale.</summary>
    public static void Transform(ColumnScale column, Span<double> values)
    {
        if (column.ClipLow is null && column.ClipHigh is null)
        {
            var (center, scale) = (column.Center, column.Scale);
            foreach (ref var value in values)
                value = (value - center) / scale;
            return;
        }

        foreach (ref var value in values)
            value = column.Transform(value);
    }

    /// <summary>The file <c>scaler.json</c>.</summary>
    public byte[] Save() => JsonSerializer.SerializeToUtf8Bytes(ToJson(), JsonFormat.Indented);

    public JsonObject ToJson() => new()
    {
        ["format"] = FormatVersion,
        ["kind"] = Kind.ToString(),
        ["columns"] = JsonSerializer.SerializeToNode(Columns, JsonFormat.Snake),
    };

    /// <summary>Reads <see cref="Save"/>'s bytes.</summary>
    /// <exception cref="CorruptArtifactException">Not such a file.</exception>
    public static Scaler Load(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return FromJson(JsonNode.Parse(bytes) as JsonObject ?? throw new CorruptArtifactException("scaler.json is no JSON object."));
        }
        catch (JsonException e)
        {
            throw new CorruptArtifactException($"scaler.json is no JSON: {e.Message}", e);
        }
    }

    /// <exception cref="CorruptArtifactException">Not what <see cref="ToJson"/> wrote.</exception>
    public static Scaler FromJson(JsonObject json)
    {
        try
        {
            if (json["format"]?.GetValue<int>() != FormatVersion
                || !Enum.TryParse<ScalerKind>(json["kind"]?.GetValue<string>(), out var kind))
                throw new CorruptArtifactException("The scaler is of an unknown format.");
            var columns = json["columns"].Deserialize<List<ColumnScale>>(JsonFormat.Snake);
            if (columns is null or []
                || columns.Any(c =>
                    c?.Name is null || !double.IsFinite(c.Center) || !double.IsFinite(c.Scale) || c.Scale == 0 || !(c.Min <= c.Max)))
                throw new CorruptArtifactException("The scaler holds a column without a finite center and a scale other than 0.");
            return new Scaler(kind, columns);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new CorruptArtifactException($"The scaler is malformed: {e.Message}", e);
        }
    }

    private static Span<double> Compact(ReadOnlySpan<double> values, ReadOnlySpan<bool> observed, Span<double> into)
    {
        var count = 0;
        for (var t = 0; t < values.Length; t++)
        {
            if (observed[t])
                into[count++] = values[t];
        }

        return into;
    }

    private static (double Low, double High) Bounds(ClippingOptions clipping, ReadOnlySpan<double> sorted)
    {
        if (clipping.Method == ClippingMethod.Percentile)
            return (Statistics.Quantile(sorted, clipping.Percentile), Statistics.Quantile(sorted, 1 - clipping.Percentile));
        var (q1, q3) = (Statistics.Quantile(sorted, 0.25), Statistics.Quantile(sorted, 0.75));
        return (q1 - (clipping.IqrFactor * (q3 - q1)), q3 + (clipping.IqrFactor * (q3 - q1)));
    }

    /// <summary>scikit-learn's definitions; a scale of 0, or one that is only rounding, becomes 1.</summary>
    private static (double Center, double Scale) CenterAndScale(ScalerKind kind, double min, double max, Span<double> values, bool sorted)
    {
        var flat = Statistics.IsFlat(min, max);
        switch (kind)
        {
            case ScalerKind.MinMax:
                return (min, flat ? 1 : max - min);
            case ScalerKind.MaxAbs:
                var largest = Math.Max(Math.Abs(min), Math.Abs(max));
                return (0, largest < Statistics.Tiny ? 1 : largest);
            case ScalerKind.Standard:
                var (mean, deviation) = Statistics.MeanAndDeviation(values);
                return flat ? (min, 1) : (mean, deviation);
            case ScalerKind.Robust:
                if (!sorted)
                    values.Sort();
                var median = Statistics.Quantile(values, 0.5);
                var range = Statistics.Quantile(values, 0.75) - Statistics.Quantile(values, 0.25);
                if (flat)
                    return (median, 1);
                // More than half of the values are equal, but not all: the quartiles say nothing, the deviation still does.
                return (
                    median, Statistics.IsFlat(0, range) || range < Statistics.Tiny ? Statistics.MeanAndDeviation(values).Deviation : range);
            default:
                return (0, 1);
        }
    }
}
