using FLTS.Forecasting.Features;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Forecasts that a model would have given from rows of any data that has its columns: the rows are put into its scale, and its forecasts
/// back into original units. What is clipped is what the model's own configuration clips.
/// </summary>
public sealed class ForecastReplay
{
    private readonly IFittedForecaster _model;
    private readonly PreparedSeries _seen, _unclipped;
    private readonly ForecastRestorer _restorer;

    /// <param name="rows">Never clipped.</param>
    /// <param name="from">Their scale.</param>
    /// <param name="model">Whose forecasts.</param>
    /// <param name="its">The model's scale.</param>
    /// <param name="known">Columns of the same rows that other models see, and this one sees; null: of no others.</param>
    public ForecastReplay(
        PreparedSeries rows, Scaler from, IFittedForecaster model, Scaler its, RescaledColumns? known = null)
    {
        _model = model;
        _seen = _unclipped = Rescaled(rows, from, model.Signature, (its, known ?? new RescaledColumns()));
        _restorer = new ForecastRestorer(its, model.Signature.Targets, _seen.Step);
    }

    /// <summary>Of rows that are on the model's scale already.</summary>
    /// <param name="model">Whose forecasts.</param>
    /// <param name="seen">As it sees them.</param>
    /// <param name="unclipped">The same rows, never clipped.</param>
    /// <param name="restorer">From its scale.</param>
    public ForecastReplay(IFittedForecaster model, PreparedSeries seen, PreparedSeries unclipped, ForecastRestorer restorer) =>
        (_model, _seen, _unclipped, _restorer) = (model, seen, unclipped, restorer);

    /// <summary>[N, H, M] In original units.</summary>
    /// <param name="origins">[N] Last known rows.</param>
    /// <param name="steps">H.</param>
    public double[,,] Forecast(ReadOnlySpan<int> origins, int steps) =>
        _restorer.Restore(_model.Forecast(SeriesWindows.Of(_seen, origins), steps), _unclipped, origins);

    /// <summary>[N, L, M] In original units, at some leads of a season: beyond one the plausible range would count.</summary>
    /// <param name="origins">[N] Last known rows.</param>
    /// <param name="leads">[L] In steps, ascending, none beyond a season.</param>
    public double[,,] ForecastAt(ReadOnlySpan<int> origins, IReadOnlyList<int> leads)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leads[^1], _restorer.Season);
        return _restorer.Restore(_model.ForecastAt(SeriesWindows.Of(_seen, origins), leads), _unclipped, origins);
    }

    /// <summary>[N, M] What is stated of the forecasts from rows, in original units.</summary>
    /// <param name="origins">[N]</param>
    public PlausibleRange[,] Stated(ReadOnlySpan<int> origins) => _restorer.Stated(_unclipped, origins);

    /// <summary>Why a model of some step and columns cannot be asked on this data; null where it can.</summary>
    public static string? Incomparable(DatasetMeta data, SeriesStep step, IReadOnlyList<string> targets, IReadOnlyList<string> inputs)
    {
        if (!SeriesTimes.IsSameStep(step, data.Step))
            return $"its step is {step}, this data's is {data.Step}";
        if (!targets.SequenceEqual(data.Targets, StringComparer.Ordinal))
            return $"its targets are {string.Join(", ", targets)}";

        var absent = inputs.Where(i => !data.Columns.Contains(i, StringComparer.Ordinal)).ToList();
        return absent.Count > 0 ? $"it needs columns that this data has not: {string.Join(", ", absent)}" : null;
    }

    private static PreparedSeries Rescaled(
        PreparedSeries rows, Scaler from, ModelSignature model, (Scaler Scaler, RescaledColumns Known) to)
    {
        var isSameTime = (rows.Step.Clock is null) == (model.Step.Clock is null);
        return new PreparedSeries
        {
            Timestamps = isSameTime
                ? rows.Timestamps
                : Array.ConvertAll(rows.Timestamps, t => SeriesTimes.Convert(t, rows.Step, model.Step)),
            Segments = rows.Segments,
            Step = model.Step,
            Columns = model.Inputs,
            Values = [.. model.Inputs.Select(name => Column(rows, from, to, name))],
            Observed = [.. model.Inputs.Select(name => rows.Observed[rows.IndexOf(name)])],
            Targets = model.Targets,
            FellBelowZero = [.. model.Targets.Where(t => from[t].Min < 0)],
        };
    }

    private static double[] Column(PreparedSeries rows, Scaler from, (Scaler Scaler, RescaledColumns Known) to, string name)
    {
        var values = rows.Values[rows.IndexOf(name)];
        if (CalendarFeatures.IsCalendar(name))
            return values;

        // A lag is scaled as its source.
        var source = Lags.TryParse(name, rows.Columns, out var at, out _) ? rows.Columns[at] : name;
        var (old, its) = (from[source], to.Scaler[source]);
        return to.Known.Of(name, its, () => Array.ConvertAll(values, v => its.Transform(old.Inverse(v))));
    }
}
