using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Prophet;

/// <summary>Prophet models of all targets behind the forecaster contract: the curve at the times after each origin.</summary>
internal sealed class FittedProphetForecaster(ModelSignature signature, ProphetModel[] models, SeriesColumns columns) : IFittedForecaster
{
    public ModelSignature Signature => signature;

    public bool KnowsHolidays => models[0].Settings.Holidays.Count > 0;

    /// <summary>[M] One model a target.</summary>
    public IReadOnlyList<ProphetModel> Models => models;

    public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
        WindowGroups.BySeries(windows, steps, models.Length, series => Forecast(series, steps));

    public IReadOnlyDictionary<string, byte[]> Save()
    {
        var files = new Dictionary<string, byte[]>
        {
            [ProphetJson.FileName] = ProphetJson.Write(signature.Targets.Zip(models, KeyValuePair.Create)),
        };
        if (columns.Save() is { } bytes)
            files[SeriesColumns.FileName] = bytes;
        return files;
    }

    public void Dispose()
    {
    }

    private double[,,] Forecast(SeriesWindows windows, int steps)
    {
        var (history, holidays) = (windows.Series, windows.Holidays);
        var origins = windows.Origins;
        var table = models[0].Settings.Holidays;
        if (holidays is null && table.Count > 0 && origins.Length > 0)
        {
            var (known, last) = (
                table.Max(h => h.Date.AddDays(h.UpperWindow)),
                DateOnly.FromDateTime(history.LocalTime(origins[^1], steps)));
            if (last > known)
                throw new InvalidInputException(
                    $"The model's holidays are known up to {known:yyyy-MM-dd}, the forecast goes to {last:yyyy-MM-dd}: send those that "
                    + $"come as 'holidays': [{{\"holiday\": \"{table[0].Name}\", \"ds\": \"{last:yyyy-MM-dd}\"}}], or [] for none. It "
                    + $"knows {Known(table)}.");
        }

        return Forecast(history, origins, steps, (holidays ?? []).SelectMany(h => Occurrences(table, h)).ToArray());
    }

    private double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps, Holiday[] holidays)
    {
        var (times, rows) = (new DateTime[origins.Length * steps], new int[origins.Length * steps]);
        for (var i = 0; i < origins.Length; i++)
        {
            var row = origins[i];
            for (var k = 0; k < steps; k++)
            {
                if (row + 1 < history.Rows && history.Segments[row + 1] == history.Segments[row])
                    row++;
                times[(i * steps) + k] = signature.Step.Next(history.Timestamps[origins[i]], k + 1);
                rows[(i * steps) + k] = row;
            }
        }

        // Neighbouring origins share most of their times: the curve is evaluated once a time.
        var place = new Dictionary<DateTime, int>();
        var distinct = new List<int>();
        for (var i = 0; i < times.Length; i++)
        {
            if (place.TryAdd(times[i], distinct.Count))
                distinct.Add(i);
            else if (history.Timestamps[rows[i]] == times[i])
                distinct[place[times[i]]] = i; // A row of this very time knows more than one that is held.
        }

        DateTime[] at = [.. distinct.Select(i => times[i])];
        int[] from = [.. distinct.Select(i => rows[i])];
        var forecast = new double[origins.Length, steps, models.Length];
        for (var j = 0; j < models.Length; j++)
        {
            var yhat = models[j].PredictPoint(columns.Frame(at, history, from, signature.Targets[j]), holidays);
            for (var i = 0; i < times.Length; i++)
                forecast[i / steps, i % steps, j] = yhat[place[times[i]]];
        }

        return forecast;
    }

    /// <summary>With the windows the holiday has had so far.</summary>
    private static IEnumerable<Holiday> Occurrences(IReadOnlyList<Holiday> table, ComingHoliday coming)
    {
        var known = table.Where(h => h.Name == coming.Holiday).ToArray();
        return known.Length > 0
            ? [new Holiday(coming.Holiday, coming.Ds, known.Min(h => h.LowerWindow), known.Max(h => h.UpperWindow))]
            : throw new InvalidInputException(
                $"The model has no holiday '{coming.Holiday}'; "
                + $"{(table.Count == 0 ? "it was trained without holidays" : $"it knows {Known(table)}")}.");
    }

    private static string Known(IReadOnlyList<Holiday> table) => string.Join(", ", table.Select(h => h.Name).Distinct());
}
