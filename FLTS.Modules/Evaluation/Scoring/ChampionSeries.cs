using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Puts this dataset's rows into a champion's scale and its forecasts back into original units: it was trained on other data. What is
/// clipped is what the champion's configuration clips.
/// </summary>
internal static class ChampionSeries
{
    /// <summary>[N, H, M] The champion's forecasts of a frame's origins in original units.</summary>
    /// <param name="data">Never clipped.</param>
    /// <param name="champion">Whose forecasts.</param>
    /// <param name="frame">Of that data.</param>
    public static double[,,] Forecast(PreparedDataset data, LoadedModel champion, EvaluationFrame frame)
    {
        var series = Rescaled(frame.Series, data.Meta.Scaler, champion);
        var forecast = champion.Forecaster.Forecast(SeriesWindows.Of(series, frame.Origins), frame.Horizon);
        return new ForecastRestorer(champion.Scaler, champion.Manifest.Targets, series.Step)
            .Restore(forecast, series, frame.Origins);
    }

    private static PreparedSeries Rescaled(PreparedSeries series, Scaler from, LoadedModel champion)
    {
        var inputs = champion.Manifest.Inputs;
        var step = champion.Forecaster.Signature.Step;
        return new PreparedSeries
        {
            Timestamps = Array.ConvertAll(series.Timestamps, t => ChampionTimes.Convert(t, series.Step, step)),
            Segments = series.Segments,
            Step = step,
            Columns = inputs,
            Values = [.. inputs.Select(name => Column(series, from, champion.Scaler, name))],
            Observed = [.. inputs.Select(name => series.Observed[series.IndexOf(name)])],
            Targets = champion.Manifest.Targets,
            FellBelowZero = [.. champion.Manifest.Targets.Where(t => from[t].Min < 0)],
        };
    }

    private static double[] Column(PreparedSeries series, Scaler from, Scaler to, string name)
    {
        var values = series.Values[series.IndexOf(name)];
        if (CalendarFeatures.IsCalendar(name))
            return values;

        // A lag is scaled as its source.
        var source = Lags.TryParse(name, series.Columns, out var at, out _) ? series.Columns[at] : name;
        var (old, its) = (from[source], to[source]);
        return Array.ConvertAll(values, v => its.Transform(old.Inverse(v)));
    }
}
