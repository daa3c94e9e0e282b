using System.Text.Json.Nodes;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Benchmarks.Live;

/// <summary>
/// <c>bench intervals</c>: forecasts of 1 to 5 steps from every row of a span, each with the fixed interval and with the one that had
/// adapted to what was known at its origin; and of the longer knots from the origins of canonical forecasts, once their windows hold
/// enough. Scores are in units of what is usual at the forecast's level (FORECASTING.md 8); that ends of
/// intervals are kept within what is plausible is left out, of both.
/// </summary>
internal static class IntervalsBenchmark
{
    private static readonly TimeSpan _half = TimeSpan.FromHours(12);

    /// <summary>The rows before a time to train on, those behind it to forecast.</summary>
    /// <exception cref="InvalidInputException">There is no such file, or no row on one of the two sides.</exception>
    public static RawParts Read(string file, DateTime from, int days)
    {
        if (!File.Exists(file))
            throw new InvalidInputException($"--dataset {file}: there is no such file.");
        var test = Path.ChangeExtension(file, null) + "_test.csv";
        var table = Table(file);
        if (File.Exists(test))
            table = table.With(Table(test));
        var parts = new RawParts(Rows(table, t => t < from), Rows(table, t => t >= from && t < from.AddDays(days)));
        return parts is { Train.Rows: > 0, Test.Rows: > 0 }
            ? parts
            : throw new InvalidInputException(
                $"--from {from:s}: {parts.Train.Rows} rows lie before it and {parts.Test!.Rows} in the {days} days behind it; both must "
                + "have some.");
    }

    public static IEnumerable<JsonObject> Run(RawParts parts, IReadOnlyList<string> models, TextWriter progress)
    {
        var data = parts.Prepare();
        foreach (var type in models)
        {
            progress.WriteLine($"{type}: fit on {data.Train.Rows} rows, forecasts of {data.Test.Rows}");
            var family = ForecasterCatalog.Get(type);
            var fit = family.Create(family.Normalise([])).Fit(data.TrainingSet, new FitContext(1, null, CancellationToken.None));
            using var model = fit.Model;
            using var before = fit.BeforeRefit;
            var validated = ValidationForecasts.Of(before ?? model, data, CancellationToken.None);
            var intervals = new ConformalIntervals(validated, data.Meta.Targets);
            var forecasts = new CanonicalForecasts(
                new CanonicalRows(data.Unclipped),
                new CanonicalModel(model, data.Meta.Scaler, intervals),
                data.Meta.Scaler,
                Math.Max(1, model.Signature.InputLength),
                new CanonicalGrid(data.Meta.Step));
            var cells = Cells(
                forecasts.Errors(IntervalTracker.LongestLead, _ => true, CancellationToken.None), data, intervals);
            var longer = Longer(forecasts, data, intervals);
            foreach (var level in AdaptedIntervals.Levels)
            {
                var ofLevel = cells.Where(c => c.Level.Equals(level)).ToList();
                foreach (var half in ofLevel.GroupBy(c => new DateTime(c.Time.Ticks / _half.Ticks * _half.Ticks)))
                    yield return Line("half_day", $"{half.Key:yyyy-MM-ddTHH:mm}", [.. half]);
                var beyond = longer.Where(c => c.Level.Equals(level)).ToList();
                foreach (var lead in ofLevel.Concat(beyond).GroupBy(c => c.Lead).OrderBy(l => l.Key))
                    yield return Line("lead", $"{lead.Key}", [.. lead]);
                yield return Line("all", "", ofLevel);
                if (beyond.Count > 0)
                    yield return Line("longer", "", beyond);
            }

            JsonObject Line(string by, string of, IReadOnlyList<Cell> some) => new()
            {
                ["bench"] = "intervals",
                ["model_type"] = type,
                ["level"] = some[0].Level,
                ["by"] = by,
                ["of"] = of,
                ["cells"] = some.Count,
                ["coverage_fixed"] = Math.Round(100 * some.Average(c => c.Fixed.IsInside ? 1.0 : 0), 1),
                ["coverage_adapted"] = Math.Round(100 * some.Average(c => c.Adapted.IsInside ? 1.0 : 0), 1),
                ["score_fixed"] = Math.Round(some.Average(c => c.Fixed.Score), 3),
                ["score_adapted"] = Math.Round(some.Average(c => c.Adapted.Score), 3),
            };
        }
    }

    private static List<Cell> Cells(IReadOnlyList<TruthErrors> errors, PreparedDataset data, ConformalIntervals intervals)
    {
        var cells = new List<Cell>();
        var start = AdaptedIntervals.Begin(intervals, data.Meta.Targets.Count, IntervalTracker.LongestLead);
        foreach (var lead in errors.GroupBy(e => e.Lead))
        {
            var (state, known, own) = (start, 0, lead.ToList());
            foreach (var truth in own)
            {
                // Nothing that came after the origin is known there.
                var origin = data.Meta.Step.Next(truth.Time, -lead.Key);
                for (; own[known].Time <= origin; known++)
                    state = state.With([own[known]]);
                cells.AddRange(Cells(truth, start, state));
            }
        }

        return cells;
    }

    /// <summary>Forecasts of the champion begin where its training ends.</summary>
    private static List<Cell> Longer(CanonicalForecasts forecasts, PreparedDataset data, ConformalIntervals intervals)
    {
        var (step, season, grid) = (data.Meta.Step, Season.Steps(data.Meta.Step), new CanonicalGrid(data.Meta.Step));
        var errors = forecasts.Errors(
            forecasts.Pack(origin => origin >= data.Train.Timestamps[^1], CancellationToken.None), _ => true).ToList();
        var cells = new List<Cell>();
        foreach (var made in errors.GroupBy(e => step.Next(e.Time, -e.Lead)))
        {
            var after = step.Next(made.Key, -IntervalWindows.Seasons * season);
            var windows = IntervalWindows.Of(
                intervals, data.Meta.Targets.Count, season, grid.Stride, errors.Where(e => e.Time > after && e.Time <= made.Key));
            cells.AddRange(
                from truth in made
                from m in Enumerable.Range(0, truth.Residuals.Length)
                where double.IsFinite(truth.Residuals[m])
                from level in AdaptedIntervals.Levels
                let now = windows.Quantiles(m, truth.Lead, level)
                where now is not null
                let sides = intervals.Sides(m, truth.Lead - 1, level)!.Value
                select new Cell(
                    truth.Time,
                    truth.Lead,
                    level,
                    MetBy(truth.Residuals[m], (sides.Low, sides.High), level),
                    MetBy(truth.Residuals[m], now.Value, level)));
        }

        return cells;
    }

    private static IEnumerable<Cell> Cells(TruthErrors truth, AdaptedIntervals start, AdaptedIntervals state) =>
        from m in Enumerable.Range(0, truth.Residuals.Length)
        where double.IsFinite(truth.Residuals[m])
        from level in AdaptedIntervals.Levels
        let sides = start.Quantiles(m, truth.Lead - 1, level)
        where sides is not null
        let now = state.Quantiles(m, truth.Lead - 1, level)!.Value
        select new Cell(
            truth.Time, truth.Lead, level, MetBy(truth.Residuals[m], sides.Value, level), MetBy(truth.Residuals[m], now, level));

    /// <summary>The forecast lies in its interval.</summary>
    private static Met MetBy(double residual, (double Low, double High) sides, double level)
    {
        var (low, high) = (Math.Min(0, sides.Low), Math.Max(0, sides.High));
        var outside = Math.Max(0, Math.Max(low - residual, residual - high));
        return new Met(outside <= 0, high - low + (2 / (1 - (level / 100)) * outside));
    }

    private static RawTable Table(string file)
    {
        using var stream = File.OpenRead(file);
        return CsvTableReader.Read(stream, Path.GetFileName(file), new CsvReadOptions());
    }

    private static RawTable Rows(RawTable table, Func<DateTime, bool> isWanted)
    {
        var rows = Enumerable.Range(0, table.Rows).Where(t => isWanted(table.Timestamps[t])).ToArray();
        return AccuracyData.With(
            table,
            [.. rows.Select(t => table.Timestamps[t])],
            [.. table.Values.Select(column => rows.Select(t => column[t]).ToArray())]);
    }

    /// <summary>A truth and the two intervals around its forecast.</summary>
    private sealed record Cell(DateTime Time, int Lead, double Level, Met Fixed, Met Adapted);
}

/// <summary>Whether a truth lay in an interval, and the interval's score: its width, and 2 / alpha times what lies outside.</summary>
internal readonly record struct Met(bool IsInside, double Score);
