using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Inference.Windows;

/// <summary>
/// What a client says of the coming steps: <c>future</c>, an object of lists with a value a step, and <c>holidays</c>,
/// a list of <c>{holiday, ds}</c>.
/// </summary>
internal static class ComingValues
{
    private const int MostHolidays = 1000;

    /// <summary>Holidays of a request; null where it says nothing of them.</summary>
    /// <exception cref="InvalidInputException">Not such a list; names the entry.</exception>
    public static IReadOnlyList<ComingHoliday>? Holidays(StrictJson read)
    {
        if (read.Element("holidays") is { ValueKind: System.Text.Json.JsonValueKind.Array } list
            && list.GetArrayLength() is var sent and > MostHolidays)
            throw new TooLargeException($"'holidays' has {sent} entries; at most {MostHolidays} may be sent.");

        return read.Objects("holidays", "a list of objects such as {\"holiday\": \"new_year\", \"ds\": \"2027-01-01\"}")
            ?.Select(entry => entry.AllowOnly("holiday", "ds"))
            .Select(entry => new ComingHoliday(entry.RequiredText("holiday"), entry.RequiredDate("ds")))
            .ToList();
    }

    /// <summary>Steps that a request's <c>future</c> covers; null where it says nothing.</summary>
    public static int? Steps(PredictRequest request) => request.Future.All is [{ IsList: true, Rows: var rows }, ..] ? rows : null;

    /// <summary>The series with the coming rows of the columns that the model takes as known ahead.</summary>
    /// <param name="request">Original units.</param>
    /// <param name="model">Names the columns.</param>
    /// <param name="series">Ends at the origin.</param>
    /// <param name="steps">H.</param>
    /// <returns>The series to forecast from, and a warning where more was sent than is used.</returns>
    /// <exception cref="InvalidInputException">A column is missing (by name), its list not as long as the forecast, or a
    /// value is no number.</exception>
    public static (PreparedSeries Series, string? Warning) Append(
        PredictRequest request, ServingModel model, PreparedSeries series, int steps)
    {
        var known = model.Signature.KnownAhead;
        if (known.Count == 0 && !request.Future.IsGiven)
            return (series, null);

        var missing = known.Where(c => !request.Future.Contains(c)).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidInputException(
                $"'future' lacks {string.Join(", ", missing)}: the model takes {(known.Count > 1 ? "these columns" : "this column")} as "
                + $"known ahead, so their values at the {steps} coming step{(steps > 1 ? "s" : "")} must be sent as 'future': "
                + $"{{{string.Join(", ", known.Select(c => $"\"{c}\": [...]"))}}}.")
            {
                Details = { ["missing_columns"] = missing },
            };
        }

        List<string> extra = [];
        foreach (var column in request.Future.All)
        {
            if (!known.Contains(column.Name, StringComparer.Ordinal))
                extra.Add($"future.{column.Name}");
        }

        var warning = extra.Count > 0 ? $"Not used by the model: {string.Join(", ", extra)}." : null;
        if (known.Count == 0)
            return (series, warning);

        var values = known.ToDictionary(c => c, c => Values(request, c, model, steps), StringComparer.Ordinal);
        return (ComingRows.Append(series, values), warning);
    }

    private static double[] Values(PredictRequest request, string column, ServingModel model, int steps)
    {
        var list = request.Future[column];
        if (list.Rows != steps)
            throw new InvalidInputException(
                $"'future.{column}' must be a list of {steps} value{(steps > 1 ? "s" : "")}, one a "
                + $"step{(list.IsList ? $"; it has {list.Rows}" : "")}.");
        var values = new double[steps];
        var (wrong, shown) = SentCells.Numbers(request, request.Future, list, model.Plan.Cells, values);
        if (wrong < 0 && Array.FindIndex(values, double.IsNaN) is var lacking and >= 0)
            (wrong, shown) = (lacking, SentCells.Show(request, list, lacking));
        if (wrong >= 0)
            throw new InvalidInputException($"'future.{column}[{wrong}]' is {shown}; it must be a finite number.");
        foreach (ref var value in values.AsSpan())
            value = model.Scaler[column].Transform(value);
        return values;
    }
}
