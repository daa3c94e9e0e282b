namespace FLTS.Forecasting.Series.Grid;

/// <summary>Brings irregular rows to a grid: each step is made of the rows from its time up to the next step's.</summary>
internal static class Resampler
{
    /// <summary>A table of a row for each step that has rows; without the last one where rows of it are still to come.</summary>
    /// <param name="table">As read.</param>
    /// <param name="times">Of its rows in ascending order, without doubles.</param>
    /// <param name="order">Row of the table of each; null: as they are.</param>
    /// <exception cref="InvalidInputException">Not one step is whole.</exception>
    public static RawTable Of(RawTable table, DateTime[] times, int[]? order)
    {
        var (how, step) = (table.Resampling!.How, SeriesStep.Parse(table.Resampling.Step, "resample.step"));
        step = step with
        {
            Clock = table.Clock,
            IsLocal = table.Clock is not null && (step.Unit != StepUnit.Duration || step.Duration.Ticks % TimeSpan.TicksPerDay == 0),
        };
        var (starts, first) = (new List<DateTime>(), new List<int>());
        var end = DateTime.MinValue;
        for (var t = 0; t < times.Length; t++)
        {
            if (times[t] < end)
                continue;
            starts.Add(step.UpTo(times[t]));
            first.Add(t);
            end = step.Next(starts[^1]);
        }

        // A sum over half of a step would be taken for a fall.
        var isWhole = times.Length < 2 || times[^1] + UsualDifference(times) >= end;
        var count = isWhole ? starts.Count : starts.Count - 1;
        if (count == 0)
            throw new InvalidInputException($"{table.Name}: its rows do not fill one step of {step}; resample to a shorter one.");
        first.Add(times.Length);
        return new RawTable
        {
            Name = table.Name,
            Timestamps = [.. starts.Take(count)],
            TimestampColumn = table.TimestampColumn,
            Columns = table.Columns,
            Header = table.Header,
            Values = [.. Enumerable.Range(0, table.Columns.Count).Select(c => Column(c))],
            MaxCells = table.MaxCells,
            StatedStep = step,
            Clock = table.Clock,
        };

        double[] Column(int c)
        {
            var values = order is null ? table.Take(c, 0, table.Rows) : table.Gather(c, order);
            return [.. Enumerable.Range(0, count).Select(s => Value(how, values.AsSpan(first[s]..first[s + 1])))];
        }
    }

    /// <summary>Of what is observed; NaN where nothing is.</summary>
    private static double Value(ResampleHow how, ReadOnlySpan<double> values)
    {
        var (value, observed) = (double.NaN, 0);
        foreach (var next in values)
        {
            if (double.IsNaN(next))
                continue;
            observed++;
            value = how switch
            {
                _ when observed == 1 => next,
                ResampleHow.Last => next,
                ResampleHow.Max => Math.Max(value, next),
                _ => value + next,
            };
        }

        return how == ResampleHow.Mean && observed > 0 ? value / observed : value;
    }

    private static TimeSpan UsualDifference(DateTime[] times)
    {
        var differences = new long[times.Length - 1];
        for (var t = 0; t < differences.Length; t++)
            differences[t] = times[t + 1].Ticks - times[t].Ticks;
        Array.Sort(differences);
        return TimeSpan.FromTicks(differences[differences.Length / 2]);
    }
}
