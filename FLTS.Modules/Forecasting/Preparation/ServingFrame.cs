using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
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
    /// <summary>Where the series lies, if it may be given back when nobody reads it any more; null: nobody else may have it.</summary>
    internal ServingRoom? Room { get; private init; }

    /// <summary>From rows of a dataset, for forecasts without a client's data.</summary>
    /// <exception cref="InvalidInputException">Missing columns (by name), another step, too few rows (with the number needed).</exception>
    public static ServingFrame FromTable(RawTable table, ServingModel model)
    {
        var measured = model.Plan.Measured;
        var missing = measured.Where(c => !table.Columns.Contains(c)).ToList();
        if (missing.Count > 0)
            throw new InvalidInputException($"{table.Name} lacks the columns {string.Join(", ", missing)} that the model needs.")
            {
                Details = { ["missing_columns"] = missing },
            };
        var positions = measured.Select(name => table.Columns.ToList().IndexOf(name));
        return Build(table.Timestamps, [.. positions.Select(i => (double[])[.. table.Values[i]])], model, [], saysDoubles: false);
    }

    /// <summary>From rows in memory, in any order.</summary>
    /// <param name="times">[T] Instants where the model's step has a clock.</param>
    /// <param name="values">[C][T] the scaler's columns in order, original units, NaN = missing; taken over.</param>
    /// <param name="model">Whose rows are to be made.</param>
    /// <param name="warnings">Sentences known already.</param>
    /// <exception cref="InvalidInputException">Another step, too few rows (with the number needed).</exception>
    public static ServingFrame FromColumns(DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        RefuseTooFew(times.Length, model);
        return FromRoom(model.Plan.Around(times, values), model, warnings);
    }

    /// <summary>As <see cref="FromColumns"/>, of as many rows as the model needs at least.</summary>
    internal static ServingFrame FromRoom(ServingRoom room, ServingModel model, IReadOnlyList<string> warnings) =>
        PlainFrame.TryMake(room, model, warnings) is var (series, all)
            ? new ServingFrame(series, series.Rows - 1, all) { Room = room }
            : General(room.Times, room.Values[..model.Plan.Measured.Count], model, warnings);

    /// <summary>As <see cref="FromColumns"/>, for whatever rows.</summary>
    internal static ServingFrame General(DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        if (model.Config.Reading.Resample is null)
            RefuseIrregular(times, model.Signature.Step);
        return Build(times, values, model, warnings, saysDoubles: true);
    }

    private static ServingFrame Build(
        DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings, bool saysDoubles)
    {
        var (step, plan) = (model.Signature.Step, model.Plan);
        var measured = plan.Measured;
        var frame = SeriesFrame.From(
            new RawTable
            {
                Name = "data",
                Timestamps = times,
                TimestampColumn = "ts",
                Columns = measured,
                Values = values,
                Header = measured,
                Clock = step.Clock,
                Resampling = model.Config.Reading.Resample,
            },
            model.Config.MaxGapSteps,
            step,
            isExcerpt: true);
        var start = Array.IndexOf(frame.Segments, frame.Segments[^1]);
        if (frame.Rows - start < model.RowsNeeded)
        {
            var first = step.Local(frame.Timestamps[start]);
            throw new InvalidInputException(
                $"Only {frame.Rows - start} rows follow the gap that ends before {first:yyyy-MM-dd HH:mm:ss}; "
                + $"the model needs {model.RowsNeeded} rows {step} apart without a gap of more than {model.Config.MaxGapSteps} steps.");
        }

        var part = DatasetPart.Of("data", frame, new RowSpan(start, frame.Rows), measured);
        var (observed, fell) = (new bool[measured.Count][], new List<string>());
        List<string> all = [.. warnings];
        for (var c = 0; c < measured.Count; c++)
        {
            all.AddRange(ServingRemarks.Of(model.Scaler.Columns[c], part.Values[c], plan.IsTarget[c]));
            if (part.Values[c].Any(v => v < 0))
                fell.Add(measured[c]);
            var first = MissingValues.FirstSeen(part.Values[c]);
            if (double.IsNaN(first))
                throw new InvalidInputException($"'data.{measured[c]}' holds no value in the rows that count; at least one is needed.");
            observed[c] = MissingValues.ObservedMask(part.Values[c]) ?? [.. Enumerable.Repeat(true, part.Rows)];
            MissingValues.FillForward(part.Values[c], first);
            Scaler.Transform(model.Scaler.Columns[c], part.Values[c]);
        }

        var series = new SeriesAssembler(model.Config, plan.Columns, step, plan.Flat).Serving(part, part.Values, observed, fell);
        if (Doubled(saysDoubles ? frame.Report.Duplicates : 0) is { } doubled)
            all.Add(doubled);
        if (frame.Report.GapRows > 0)
            all.Add($"{frame.Report.GapRows} missing rows were filled with the last value before them.");
        return new ServingFrame(series, series.Rows - 1, all);
    }

    /// <exception cref="InvalidInputException">Fewer rows than the model needs; names both numbers.</exception>
    internal static void RefuseTooFew(int rows, ServingModel model)
    {
        if (rows < model.RowsNeeded)
            throw new InvalidInputException($"'data' has {rows} rows; the model needs at least {model.RowsNeeded}.")
            {
                Details = { ["rows"] = rows, ["rows_needed"] = model.RowsNeeded },
            };
    }

    /// <summary>Sentence about rows whose time is another's; those of a dataset were counted when it was read.</summary>
    private static string? Doubled(int rows) => rows == 0
        ? null
        : $"{rows} row{(rows == 1 ? "" : "s")} of 'data' {(rows == 1 ? "has" : "have")} the time of a later row and "
            + $"{(rows == 1 ? "is" : "are")} not used.";

    private static void RefuseIrregular(DateTime[] times, SeriesStep step)
    {
        DateTime[] sorted = [.. times.Distinct().Order()];
        if (!step.IsPlain || sorted.Length < 2)
            return; // On the calendar the frame tells what is wrong.

        var share = Frequency.ShareWithin(sorted, step.Duration.Ticks, Frequency.Tolerance * step.Duration.Ticks);
        if (share < Frequency.LeastRegular)
            throw new InvalidInputException(
                $"Only {Math.Round(share * (sorted.Length - 1))} of the {sorted.Length - 1} steps between rows are {step}, the step the "
                + $"model was trained on; send rows {step} apart.");
    }
}
