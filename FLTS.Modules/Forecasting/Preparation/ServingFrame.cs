using System.Globalization;
using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// Rows of a client or of a dataset's end, prepared as the model's training rows were, but causally: holes take the last value seen.
/// </summary>
/// <param name="Series">On the model's scale, with its columns.</param>
/// <param name="Origin">Last row: the forecast starts behind it.</param>
/// <param name="Warnings">Sentences for the answer.</param>
public sealed record ServingFrame(PreparedSeries Series, int Origin, IReadOnlyList<string> Warnings)
{
    private static readonly string[] TimeNames = ["ts", "time", "ds"];

    /// <summary>From a request's <c>data</c>: an object of equally long lists, measured columns in original units by name (null = missing), and times as ISO 8601 or epoch seconds.</summary>
    /// <param name="data">The object.</param>
    /// <param name="indexColumn">Name of the list with the times; null: the model's own timestamp column, else ts, time or ds. Without it the rows are taken to end at <paramref name="end"/>.</param>
    /// <param name="model">Whose rows are to be made.</param>
    /// <param name="end">Time of the last row where the request has no times, normally now.</param>
    /// <exception cref="InvalidInputException">Missing columns (by name), uneven lengths, a non-number (with column and row), times that do not rise, another step, too few rows (with the number needed).</exception>
    public static ServingFrame FromJson(JsonElement data, string? indexColumn, ServingModel model, DateTime end)
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
            throw new InvalidInputException($"'data' lacks the column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)}; the model needs {string.Join(", ", measured)}.") { Details = { ["missing_columns"] = missing } };

        var rows = lists[index ?? measured[0]].GetArrayLength();
        foreach (var name in measured)
        {
            if (lists[name].GetArrayLength() is var length && length != rows)
                throw new InvalidInputException($"'data.{name}' has {length} values, but 'data.{index ?? measured[0]}' has {rows}; all lists must be equally long.");
        }

        RefuseTooFew(rows, model);
        var warnings = new List<string>();
        var extra = lists.Keys.Where(k => k != index && !measured.Contains(k)).ToList();
        if (extra.Count > 0)
            warnings.Add($"Not used by the model: {string.Join(", ", extra)}.");
        DateTime[] times;
        if (index is not null)
        {
            times = Times(lists[index], index, model.Config.Timezone);
        }
        else
        {
            var step = model.Signature.Step.Ticks;
            var last = end.Ticks / step * step;
            times = [.. Enumerable.Range(0, rows).Select(i => new DateTime(last - ((rows - 1 - i) * step)))];
            warnings.Add($"'data' holds no times: the rows are taken to end at {times[^1]:yyyy-MM-dd HH:mm:ss}.");
        }

        return FromColumns(times, [.. measured.Select(name => Numbers(lists[name], name))], model, warnings);
    }

    /// <summary>From rows of a dataset, for forecasts without a client's data.</summary>
    /// <exception cref="InvalidInputException">As <see cref="FromJson"/>.</exception>
    public static ServingFrame FromTable(RawTable table, ServingModel model)
    {
        var measured = model.Scaler.Columns.Select(c => c.Name).ToList();
        var missing = measured.Where(c => !table.Columns.Contains(c)).ToList();
        if (missing.Count > 0)
            throw new InvalidInputException($"{table.Name} lacks the columns {string.Join(", ", missing)} that the model needs.") { Details = { ["missing_columns"] = missing } };
        var positions = measured.Select(name => table.Columns.ToList().IndexOf(name));
        // A dataset's rows are mended as in training (sorted, doubles removed), a client's are refused.
        return Build(table.Timestamps, [.. positions.Select(i => (double[])[.. table.Values[i]])], model, []);
    }

    /// <summary>From rows in memory.</summary>
    /// <param name="times">[T] rising.</param>
    /// <param name="values">[C][T] the scaler's columns in order, original units, NaN = missing; taken over.</param>
    /// <param name="model">Whose rows are to be made.</param>
    /// <param name="warnings">Sentences known already.</param>
    /// <exception cref="InvalidInputException">As <see cref="FromJson"/>.</exception>
    public static ServingFrame FromColumns(DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        RefuseTooFew(times.Length, model);
        RefuseIrregular(times, model.Signature.Step);
        return Build(times, values, model, warnings);
    }

    private static ServingFrame Build(DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        var step = model.Signature.Step;
        var measured = model.Scaler.Columns.Select(c => c.Name).ToList();
        var frame = SeriesFrame.From(
            new RawTable { Name = "data", Timestamps = times, TimestampColumn = "ts", Columns = measured, Values = values, Header = measured },
            model.Config.MaxGapSteps,
            step);
        var start = Array.IndexOf(frame.Segments, frame.Segments[^1]);
        if (frame.Rows - start < model.RowsNeeded)
        {
            throw new InvalidInputException(
                $"Only {frame.Rows - start} rows follow the gap that ends before {frame.Timestamps[start]:yyyy-MM-dd HH:mm:ss}; the model needs {model.RowsNeeded} rows {step} apart without a gap of more than {model.Config.MaxGapSteps} steps.");
        }

        var part = DatasetPart.Of("data", frame, new RowSpan(start, frame.Rows), measured);
        var observed = new bool[measured.Count][];
        for (var c = 0; c < measured.Count; c++)
        {
            var first = MissingValues.FirstSeen(part.Values[c]);
            if (double.IsNaN(first))
                throw new InvalidInputException($"'data.{measured[c]}' holds no value in the rows that count; at least one is needed.");
            observed[c] = MissingValues.ObservedMask(part.Values[c]) ?? [.. Enumerable.Repeat(true, part.Rows)];
            MissingValues.FillForward(part.Values[c], first);
            Scaler.Transform(model.Scaler.Columns[c], part.Values[c]);
        }

        var plan = new ColumnPlan(model.Signature.Targets, measured, ColumnPlan.AllColumns(model.Config, measured, "data"));
        var flat = model.Scaler.Columns.Where(c => c.Flat).Select(c => c.Name).ToList();
        var series = new SeriesAssembler(model.Config, plan, step, flat).Train(part, part.Values, observed);
        List<string> all = [.. warnings];
        if (frame.Report.GapRows > 0)
            all.Add($"{frame.Report.GapRows} missing rows were filled with the last value before them.");
        return new ServingFrame(series, series.Rows - 1, all);
    }

    private static string? FindIndex(Dictionary<string, JsonElement> lists, string? wanted, ServingModel model)
    {
        if (wanted is not null)
            return lists.ContainsKey(wanted) ? wanted : throw new InvalidInputException($"'data' has no list '{wanted}', which index_col names.");
        if (model.Config.TimestampColumn is { } own && lists.ContainsKey(own))
            return own;
        return TimeNames.FirstOrDefault(name => lists.ContainsKey(name) && !model.Scaler.Contains(name));
    }

    private static void RefuseTooFew(int rows, ServingModel model)
    {
        if (rows < model.RowsNeeded)
            throw new InvalidInputException($"'data' has {rows} rows; the model needs at least {model.RowsNeeded}.") { Details = { ["rows"] = rows, ["rows_needed"] = model.RowsNeeded } };
    }

    private static void RefuseIrregular(DateTime[] times, TimeSpan step)
    {
        var regular = 0;
        for (var i = 1; i < times.Length; i++)
        {
            var difference = times[i] - times[i - 1];
            if (difference <= TimeSpan.Zero)
                throw new InvalidInputException($"Row {i + 1} of 'data' ({times[i]:yyyy-MM-dd HH:mm:ss}) does not come after row {i} ({times[i - 1]:yyyy-MM-dd HH:mm:ss}); times must rise.");
            if (Math.Abs((difference - step).Ticks) <= Frequency.Tolerance * step.Ticks)
                regular++;
        }

        if (regular < 0.75 * (times.Length - 1))
            throw new InvalidInputException($"Only {regular} of the {times.Length - 1} steps between rows are {step}, the step the model was trained on; send rows {step} apart.");
    }

    private static double[] Numbers(JsonElement list, string name)
    {
        var values = new double[list.GetArrayLength()];
        var row = 0;
        foreach (var item in list.EnumerateArray())
        {
            values[row++] = item.ValueKind switch
            {
                JsonValueKind.Number when item.TryGetDouble(out var number) && Math.Abs(number) <= CsvBlock.Largest => number,
                JsonValueKind.Null => double.NaN,
                _ => throw new InvalidInputException($"'data.{name}', row {row}: {Show(item)} is no finite number; send a number, or null where there is none.") { Details = { ["column"] = name, ["row"] = row } },
            };
        }

        return values;
    }

    private static DateTime[] Times(JsonElement list, string name, string? timezone)
    {
        var zone = timezone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(timezone);
        var times = new DateTime[list.GetArrayLength()];
        var row = 0;
        foreach (var item in list.EnumerateArray())
        {
            var text = item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();
            var kind = TimestampParser.Parse(Encoding.UTF8.GetBytes(text), out var time);
            if (kind == TimestampKind.Invalid)
                throw new InvalidInputException($"'data.{name}', row {row + 1}: {Show(item)} is no timestamp; write ISO 8601 such as 2018-02-05 23:40:00, or epoch seconds.");
            if (kind == TimestampKind.Zoned && zone is null)
                throw new InvalidInputException($"'data.{name}', row {row + 1}: {Show(item)} has a zone, but the model's dataset states none; send local times without a zone.");
            if (kind != TimestampKind.Local && zone is not null)
                time = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc), zone);
            times[row++] = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        }

        return times;
    }

    private static string Show(JsonElement item)
    {
        var text = item.GetRawText();
        return text.Length > 40 ? string.Create(CultureInfo.InvariantCulture, $"{text[..40]}...") : text;
    }
}
