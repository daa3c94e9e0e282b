using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Inference.Windows;

/// <summary>A request's <c>data</c>: the lists become the columns of a model here, and nowhere else.</summary>
internal static class RequestData
{
    /// <summary>As API.md lists them; the first that is there counts.</summary>
    private static readonly string[] _timeNames = ["ts", "timestamp", "time", "date", "ds"];

    /// <summary>
    /// From a request's <c>data</c>: equally long lists, measured columns in original units by name (null = missing), and
    /// times as ISO 8601 or epoch seconds.
    /// </summary>
    /// <param name="request">Its <c>index_col</c> names the list with the times; null: the model's own timestamp column, else ts,
    /// timestamp, time, date or ds.</param>
    /// <param name="model">Whose rows are to be made.</param>
    /// <param name="now">In UTC, where the request says that its rows, which have no times, end now; null: they must have times.</param>
    /// <exception cref="InvalidInputException">No times, missing columns (by name), uneven lengths, a non-number (with column and row),
    /// another step, too few rows (with the number needed).</exception>
    public static ServingFrame Read(PredictRequest request, ServingModel model, DateTime? now)
    {
        var (data, plan) = (request.Data, model.Plan);
        foreach (var column in data.All)
        {
            if (!column.IsList)
                throw new InvalidInputException($"'data.{column.Name}' must be a list.");
        }

        var index = FindIndex(request, model);
        RefuseMissing(data, plan);
        var rows = RefuseUneven(data, index, plan);
        RefuseUntimed(index, now, data, plan);
        ServingFrame.RefuseTooFew(rows, model);
        List<string> warnings = Unused(data, index, plan) is { } unused ? [unused] : [];
        var room = plan.Rent(rows);
        if (index is not null)
            SentTimes.Read(request, data[index], model, room.Times);
        else
            warnings.Add(EndNow(room.Times, now!.Value, model));

        for (var c = 0; c < plan.Measured.Count; c++)
            Numbers(request, data[plan.Measured[c]], plan, room.Values[c]);
        return ServingFrame.FromRoom(room, model, warnings);
    }

    private static string? FindIndex(PredictRequest request, ServingModel model)
    {
        if (request.IndexCol is { } wanted)
            return request.Data.Contains(wanted)
                ? wanted
                : throw new InvalidInputException($"'data' has no list '{wanted}', which index_col names.");
        if (model.Config.TimestampColumn is { } own && request.Data.Contains(own))
            return own;
        foreach (var name in _timeNames)
        {
            if (request.Data.Contains(name) && !model.Plan.IsMeasured(name))
                return name;
        }

        return null;
    }

    private static void RefuseMissing(SentColumns data, ServingPlan plan)
    {
        List<string>? missing = null;
        foreach (var name in plan.Measured)
        {
            if (!data.Contains(name))
                (missing ??= []).Add(name);
        }

        if (missing is not null)
            throw new InvalidInputException(
                $"'data' lacks the column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)}; the model needs "
                + $"{string.Join(", ", plan.Measured)}.")
            {
                Details = { ["missing_columns"] = missing },
            };
    }

    /// <returns>How long all of them are.</returns>
    private static int RefuseUneven(SentColumns data, string? index, ServingPlan plan)
    {
        var first = index ?? plan.Measured[0];
        var rows = data[first].Rows;
        foreach (var name in plan.Measured)
        {
            if (data[name].Rows is var length && length != rows)
                throw new InvalidInputException(
                    $"'data.{name}' has {length} values, but 'data.{first}' has {rows}; all lists must be equally long.");
        }

        return rows;
    }

    /// <summary>Rows at times that nobody stated would be forecast from another hour or weekday than theirs.</summary>
    private static void RefuseUntimed(string? index, DateTime? now, SentColumns data, ServingPlan plan)
    {
        if (index is not null && now is not null)
            throw new InvalidInputException($"'origin' is now, but 'data.{index}' has the times of the rows; leave one of them out.");
        if (index is not null || now is not null)
            return;

        var strange = string.Join(", ", Others(data, null, plan).Take(10).Select(name => $"'{Cut(name)}'"));
        throw new InvalidInputException(
            $"'data' holds no times: send them as a list named {string.Join(", ", _timeNames[..^1])} or {_timeNames[^1]}, or name their "
            + $"list as 'index_col'{(strange.Length > 0 ? $" (not known to the model: {strange})" : "")}; rows that end now are sent "
            + "with \"origin\": \"now\".");
    }

    private static string? Unused(SentColumns data, string? index, ServingPlan plan)
    {
        if (data.All.Length == plan.Measured.Count + (index is null || plan.IsMeasured(index) ? 0 : 1))
            return null; // All measured columns are there, and the times.

        return $"Not used by the model: {string.Join(", ", Others(data, index, plan))}.";
    }

    /// <summary>Lists that are neither measured columns nor the times.</summary>
    private static List<string> Others(SentColumns data, string? index, ServingPlan plan)
    {
        List<string> others = [];
        foreach (var column in data.All)
        {
            if (column.Name != index && !plan.IsMeasured(column.Name))
                others.Add(column.Name);
        }

        return others;
    }

    private static string EndNow(DateTime[] times, DateTime now, ServingModel model)
    {
        var step = model.Signature.Step;
        var last = step.UpTo(step.Clock is null ? SentTimes.Local(now, model.Config.Timezone) : now);
        for (var i = 0; i < times.Length; i++)
            times[i] = step.Next(last, i + 1 - times.Length);
        return $"'data' holds no times: the rows are taken to end at {step.Local(times[^1]):yyyy-MM-dd HH:mm:ss}.";
    }

    private static void Numbers(PredictRequest request, SentColumn list, ServingPlan plan, double[] into)
    {
        var (wrong, shown) = SentCells.Numbers(request, request.Data, list, plan.Cells, into);
        if (wrong >= 0)
            throw new InvalidInputException(
                $"'data.{list.Name}', row {wrong + 1}: {shown} is no finite number; send a number, or null where there is none.")
            {
                Details = { ["column"] = list.Name, ["row"] = wrong + 1 },
            };
    }

    private static string Cut(string text) => text.Length > 40 ? $"{text[..40]}..." : text;
}
