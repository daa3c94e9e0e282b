using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Prophet;

/// <summary>Fits one Prophet model a target on its observed cells.</summary>
internal sealed class ProphetForecaster(ProphetHyperparameters hyperparameters) : IForecaster
{
    public string ModelType => "PROPHET";

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var columns = SeriesColumns.Of(hyperparameters, series, data.Scaler);
        var validates = data.ValidationStart < series.Rows;
        var refits = validates && hyperparameters.RefitOnAll;
        var total = series.Targets.Count * (refits ? 2 : 1);
        var models = FitRows(data, columns, data.ValidationStart, null, context, 0, total);
        var all = Enumerable.Range(0, series.Rows).ToArray();
        double[][] forecasts =
            [.. models.Select((m, j) => m.PredictPoint(columns.Frame(series.Timestamps, series, all, series.Targets[j])))];
        var epoch = ProphetMetrics.Of(series, forecasts, data.ValidationStart);
        var (last, fitted) = (models, data.ValidationStart);
        // Where there are several maxima, a start near the earlier one would keep to it.
        var oneMaximum = hyperparameters.Settings.Growth != Growth.Logistic
            && models.All(m => m.Columns.All(c => c.Mode == TermMode.Additive));
        if (refits)
            (last, fitted) = (
                FitRows(data, columns, series.Rows, oneMaximum ? models : null, context, series.Targets.Count, total), series.Rows);

        context.Progress?.Report(new FitProgress(total, total, epoch));
        var signature = new ModelSignature(
            ModelType,
            [.. series.Targets, .. columns.KnownAhead],
            [.. series.Targets],
            InputLength: 1,
            Horizon: 1,
            series.Step,
            LeadFromEndOfTrain: true,
            columns.KnownAhead);
        return new FitResult(
            Fitted(last),
            [epoch],
            null,
            new RowSpan(0, fitted),
            new RowSpan(fitted, fitted),
            Diagnostics(series, last),
            Warnings(series, last, columns),
            refits ? Fitted(models) : null);

        FittedProphetForecaster Fitted(ProphetModel[] fits) => new(signature, fits, columns);
    }

    private static List<string> Warnings(PreparedSeries series, ProphetModel[] models, SeriesColumns columns)
    {
        List<string> warnings =
            [.. series.Targets.Where((_, j) => !models[j].Report.Converged).Select(t => $"The Prophet fit of '{t}' did not converge.")];
        if (columns.KnownAhead.Count > 0)
            warnings.Add(
                $"Scored with the true coming values of {string.Join(", ", columns.KnownAhead)}: they are taken as known ahead, and come "
                + "with every request.");
        return warnings;
    }

    private ProphetModel[] FitRows(
        TrainingSet data, SeriesColumns columns, int rows, ProphetModel[]? warm, FitContext context, int done, int total)
    {
        var series = data.Series;
        var (times, all) = (series.Timestamps[..rows], Enumerable.Range(0, rows).ToArray());
        var values = new double[series.Targets.Count][];
        for (var j = 0; j < values.Length; j++)
            values[j] = Observed(series, series.Targets[j], rows);

        // A flat target is its constant whatever the growth; the rest are fitted together, unless each has caps of its own.
        var models = new ProphetModel[values.Length];
        var progress = context.Progress is null ? null : new Count(n => context.Progress.Report(new FitProgress(done + n, total, null)));
        foreach (var group in Enumerable.Range(0, values.Length)
            .GroupBy(j => (Flat: series.FlatTargets.Contains(series.Targets[j]), Own: columns.LimitsByTarget ? j : 0)))
        {
            var members = group.ToArray();
            var options = new ProphetFitOptions
            {
                Threads = context.Threads,
                WarmStart = warm is null ? null : [.. members.Select(j => warm[j])],
                Progress = progress,
                Cancellation = context.Cancellation,
            };
            var settings = group.Key.Flat ? hyperparameters.Settings with { Growth = Growth.Flat } : hyperparameters.Settings;
            var fits = ProphetFitter.FitMany(
                settings,
                columns.Frame(times, series, all, series.Targets[members[0]]),
                [.. members.Select(j => values[j])],
                options);
            for (var i = 0; i < members.Length; i++)
                models[members[i]] = fits[i];
        }

        return models;
    }

    private static double[] Observed(PreparedSeries series, string target, int rows)
    {
        var column = series.IndexOf(target);
        var y = new double[rows];
        var observed = 0;
        for (var i = 0; i < rows; i++)
        {
            y[i] = series.Observed[column][i] ? series.Values[column][i] : double.NaN;
            observed += series.Observed[column][i] ? 1 : 0;
        }

        return observed >= 2
            ? y
            : throw new InvalidInputException(
                $"The target '{target}' has {observed} observed values in the {rows} rows to fit; PROPHET needs at least 2.");
    }

    private static JsonObject Diagnostics(PreparedSeries series, ProphetModel[] models)
    {
        var targets = new JsonObject();
        for (var j = 0; j < models.Length; j++)
        {
            var report = models[j].Report;
            targets[series.Targets[j]] = new JsonObject
            {
                ["log_posterior"] = double.IsFinite(report.LogPosterior) ? report.LogPosterior : null,
                ["iterations"] = report.Iterations,
                ["converged"] = report.Converged,
                ["rows"] = report.Rows,
                ["method"] = report.Method,
                ["sigma_obs"] = models[j].Parameters.SigmaObs,
            };
        }

        return new JsonObject { ["lead"] = "from_end_of_train", ["targets"] = targets };
    }

    private sealed class Count(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
