using System.Globalization;
using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Modules.Inference.Windows;

/// <summary>A request's <c>data</c>: JSON lists become columns here, and nowhere else.</summary>
internal static class RequestData
{
    /// <summary>As API.md lists them; the first that is there counts.</summary>
    private static readonly string[] _timeNames = ["ts", "timestamp", "time", "date", "ds"];

    /// <summary>
    /// From a request's <c>data</c>: an object of equally long lists, measured columns in original units by name (null = missing), and
    /// times as ISO 8601 or epoch seconds.
    /// </summary>
    /// <param name="data">The object.</param>
    /// <param name="indexColumn">Name of the list with the times; null: the model's own timestamp column, else ts, timestamp, time, date
    /// or ds.</param>
    /// <param name="model">Whose rows are to be made.</param>
    /// <param name="now">In UTC, where the request says that its rows, which have no times, end now; null: they must have times.</param>
    /// <exception cref="InvalidInputException">No times, missing columns (by name), uneven lengths, a non-number (with column and row),
    /// another step, too few rows (with the number needed).</exception>
    public static ServingFrame Read(JsonElement data, string? indexColumn, ServingModel model, DateTime? now)
    {
        if (data.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("'data' must be an object of lists, one a column.");
        var lists = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in data.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Array)
                throw new InvalidInputException($"'data.{property.Name}' must be a list.");
            if (!lists.TryAdd(property.Name, property.Value))
                throw new InvalidInputException($"'data' holds '{property.Name}' twice.");
        }

        var index = FindIndex(lists, indexColumn, model);
        var measured = model.Scaler.Columns.Select(c => c.Name).ToList();
        var missing = measured.Where(c => !lists.ContainsKey(c)).ToList();
        if (missing.Count > 0)
            throw new InvalidInputException(
                $"'data' lacks the column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)}; the model needs "
                + $"{string.Join(", ", measured)}.")
            {
                Details = { ["missing_columns"] = missing },
            };

        var rows = lists[index ?? measured[0]].GetArrayLength();
        foreach (var name in measured)
        {
            if (lists[name].GetArrayLength() is var length && length != rows)
                throw new InvalidInputException(
                    $"'data.{name}' has {length} values, but 'data.{index ?? measured[0]}' has {rows}; all lists must be equally long.");
        }

        RefuseUntimed(index, now, lists.Keys.Except(measured, StringComparer.Ordinal));
        ServingFrame.RefuseTooFew(rows, model);
        var warnings = new List<string>();
        var extra = lists.Keys.Where(k => k != index && !measured.Contains(k)).ToList();
        if (extra.Count > 0)
            warnings.Add($"Not used by the model: {string.Join(", ", extra)}.");
        DateTime[] times;
        if (index is not null)
        {
            times = Times(lists[index], index, model);
        }
        else
        {
            var step = model.Signature.Step;
            var last = step.UpTo(step.Clock is null ? Local(now!.Value, model.Config.Timezone) : now!.Value);
            times = [.. Enumerable.Range(0, rows).Select(i => step.Next(last, i + 1 - rows))];
            warnings.Add($"'data' holds no times: the rows are taken to end at {step.Local(times[^1]):yyyy-MM-dd HH:mm:ss}.");
        }

        var cells = new CellReader(model.Config.Reading);
        return ServingFrame.FromColumns(times, [.. measured.Select(name => Numbers(lists[name], name, cells))], model, warnings);
    }

    /// <summary>Rows at times that nobody stated would be forecast from another hour or weekday than theirs.</summary>
    private static void RefuseUntimed(string? index, DateTime? now, IEnumerable<string> others)
    {
        if (index is not null && now is not null)
            throw new InvalidInputException($"'origin' is now, but 'data.{index}' has the times of the rows; leave one of them out.");
        if (index is not null || now is not null)
            return;

        var strange = string.Join(", ", others.Take(10).Select(name => $"'{Cut(name)}'"));
        throw new InvalidInputException(
            $"'data' holds no times: send them as a list named {string.Join(", ", _timeNames[..^1])} or {_timeNames[^1]}, or name their "
            + $"list as 'index_col'{(strange.Length > 0 ? $" (not known to the model: {strange})" : "")}; rows that end now are sent "
            + "with \"origin\": \"now\".");
    }

    private static string? FindIndex(Dictionary<string, JsonElement> lists, string? wanted, ServingModel model)
    {
        if (wanted is not null)
            return lists.ContainsKey(wanted)
                ? wanted
                : throw new InvalidInputException($"'data' has no list '{wanted}', which index_col names.");
        if (model.Config.TimestampColumn is { } own && lists.ContainsKey(own))
            return own;
        return _timeNames.FirstOrDefault(name => lists.ContainsKey(name) && !model.Scaler.Contains(name));
    }

    /// <summary>A number of a request, which may be text as a file of the dataset has it.</summary>
    /// <param name="item">The value.</param>
    /// <param name="cells">As the dataset is read.</param>
    /// <param name="value">NaN where it is missing.</param>
    public static bool TryNumber(JsonElement item, CellReader cells, out double value)
    {
        value = item.ValueKind == JsonValueKind.True ? 1 : item.ValueKind == JsonValueKind.False ? 0 : double.NaN;
        return item.ValueKind switch
        {
            JsonValueKind.Number => item.TryGetDouble(out value) && Math.Abs(value) <= CsvBlock.Largest,
            JsonValueKind.String => cells.Read(Encoding.UTF8.GetBytes(item.GetString()!), out value)
                is CellKind.Number or CellKind.CommaNumber or CellKind.Missing,
            JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False => true,
            _ => false,
        };
    }

    private static double[] Numbers(JsonElement list, string name, CellReader cells)
    {
        var values = new double[list.GetArrayLength()];
        var row = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (!TryNumber(item, cells, out values[row++]))
                throw new InvalidInputException(
                    $"'data.{name}', row {row}: {Show(item)} is no finite number; send a number, or null where there is none.")
                {
                    Details = { ["column"] = name, ["row"] = row },
                };
        }

        return values;
    }

    /// <summary>Instants where the model's times are instants; else as they are in its data: local times.</summary>
    private static DateTime[] Times(JsonElement list, string name, ServingModel model)
    {
        var zone = model.Config.Timezone;
        var format = TimeFormat.Of(model.Config.Reading.TimeFormat);
        var times = new DateTime[list.GetArrayLength()];
        var (kinds, row) = (TimestampKinds.Invalid, 0);
        foreach (var item in list.EnumerateArray())
        {
            var text = Encoding.UTF8.GetBytes(item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText());
            var time = default(DateTime);
            var kind = format?.Parse(text, out time) ?? TimestampKinds.Invalid;
            if (kind == TimestampKinds.Invalid)
                kind = TimestampParser.Parse(text, out time);
            if (kind == TimestampKinds.Invalid)
                throw new InvalidInputException(
                    $"'data.{name}', row {row + 1}: {Show(item)} is no timestamp; write ISO 8601 such as 2018-02-05 23:40:00, or epoch "
                    + "seconds.");
            if (kind == TimestampKinds.Zoned && zone is null)
                throw new InvalidInputException(
                    $"'data.{name}', row {row + 1}: {Show(item)} has a zone, but the model's dataset states none; send local times "
                    + "without a zone.");
            kinds |= kind;
            times[row++] = DateTime.SpecifyKind(time, kind switch
            {
                TimestampKinds.Zoned or TimestampKinds.Epoch => DateTimeKind.Utc,
                _ when (kind & TimestampKinds.OfTwoReadings) != 0 => TwoReadings.Mark,
                _ => DateTimeKind.Unspecified,
            });
        }

        if ((kinds & TimestampKinds.OfTwoReadings) != 0)
        {
            var reading = TwoReadings.Of(times, kinds, model.Signature.Step.Duration)
                ?? throw new InvalidInputException(
                    $"'data.{name}': times such as {Show(list[0])} can be read in two ways, and the rows do not settle which; write ISO "
                    + "8601 such as 2018-02-05 23:40:00.");
            times = Array.ConvertAll(times, t => t.Kind == TwoReadings.Mark && reading == TimestampKinds.Epoch
                ? DateTime.SpecifyKind(t, DateTimeKind.Utc)
                : TwoReadings.Read(t, reading));
        }

        ZonedTimes.Settle(times, zone, model.Signature.Step.Clock is not null);
        return times;
    }

    private static DateTime Local(DateTime utc, string? zone) => zone is null ? utc : ZoneClock.Of(zone).Local(utc);

    private static string Show(JsonElement item) => Cut(item.GetRawText());

    private static string Cut(string text) =>
        text.Length > 40 ? string.Create(CultureInfo.InvariantCulture, $"{text[..40]}...") : text;
}
