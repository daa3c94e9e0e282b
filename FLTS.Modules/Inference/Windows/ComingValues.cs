using System.Text.Json;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

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
        if (read.Element("holidays") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is var sent and > MostHolidays)
            throw new TooLargeException($"'holidays' has {sent} entries; at most {MostHolidays} may be sent.");

        return read.Objects("holidays", "a list of objects such as {\"holiday\": \"new_year\", \"ds\": \"2027-01-01\"}")
            ?.Select(entry => entry.AllowOnly("holiday", "ds"))
            .Select(entry => new ComingHoliday(entry.RequiredText("holiday"), entry.RequiredDate("ds")))
            .ToList();
    }

    /// <summary>Steps that a request's <c>future</c> covers; null where it says nothing.</summary>
    public static int? Steps(JsonElement? future) =>
        future is { ValueKind: JsonValueKind.Object } columns
        && columns.EnumerateObject().Select(p => p.Value).FirstOrDefault() is { ValueKind: JsonValueKind.Array } list
            ? list.GetArrayLength()
            : null;

    /// <summary>The series with the coming rows of the columns that the model takes as known ahead.</summary>
    /// <param name="future">Original units.</param>
    /// <param name="model">Names the columns.</param>
    /// <param name="series">Ends at the origin.</param>
    /// <param name="steps">H.</param>
    /// <returns>The series to forecast from, and a warning where more was sent than is used.</returns>
    /// <exception cref="InvalidInputException">A column is missing (by name), its list not as long as the forecast, or a
    /// value is no number.</exception>
    public static (PreparedSeries Series, string? Warning) Append(JsonElement? future, ServingModel model, PreparedSeries series, int steps)
    {
        if (future is { ValueKind: not JsonValueKind.Object })
            throw new InvalidInputException("'future' must be an object of lists, one a column, with a value a step.");

        var sent = future?.EnumerateObject().ToLookup(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var known = model.Signature.KnownAhead;
        var missing = known.Where(c => sent?.Contains(c) != true).ToList();
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

        var extra = sent?.Select(g => g.Key).Except(known, StringComparer.Ordinal).ToList() ?? [];
        var warning = extra.Count > 0 ? $"Not used by the model: {string.Join(", ", extra.Select(c => $"future.{c}"))}." : null;
        return known.Count == 0
            ? (series, warning)
            : (
                ComingRows.Append(
                    series, known.ToDictionary(c => c, c => Values(sent![c].ToList(), c, model, steps), StringComparer.Ordinal)),
                warning);
    }

    private static double[] Values(List<JsonElement> lists, string column, ServingModel model, int steps)
    {
        if (lists.Count > 1)
            throw new InvalidInputException($"'future' holds '{column}' twice.");
        if (lists[0].ValueKind != JsonValueKind.Array || lists[0].GetArrayLength() != steps)
            throw new InvalidInputException(
                $"'future.{column}' must be a list of {steps} value{(steps > 1 ? "s" : "")}, one a "
                + $"step{(lists[0].ValueKind == JsonValueKind.Array ? $"; it has {lists[0].GetArrayLength()}" : "")}.");
        var cells = new CellReader(model.Config.Reading);
        return [.. lists[0].EnumerateArray().Select((value, row) =>
            RequestData.TryNumber(value, cells, out var number) && !double.IsNaN(number)
                ? model.Scaler[column].Transform(number)
                : throw new InvalidInputException($"'future.{column}[{row}]' is {value.GetRawText()}; it must be a finite number."))];
    }
}
