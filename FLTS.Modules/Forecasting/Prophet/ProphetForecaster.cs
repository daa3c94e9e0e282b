using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>Fits one Prophet model a target on its observed cells.</summary>
internal sealed class ProphetForecaster(ProphetHyperparameters hyperparameters) : IForecaster
{
    public string ModelType => "PROPHET";

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var validates = data.ValidationStart < series.Rows;
        var refits = validates && hyperparameters.RefitOnAll;
        var total = series.Targets.Count * (refits ? 2 : 1);
        var models = FitRows(data, data.ValidationStart, null, context, 0, total);
        var forecasts = Evaluate(series, models);
        var epoch = ProphetMetrics.Of(series, forecasts, data.ValidationStart);
        var (last, fitted) = (models, data.ValidationStart);
        if (refits)
            (last, fitted) = (FitRows(data, series.Rows, models, context, series.Targets.Count, total), series.Rows);

        context.Progress?.Report(new FitProgress(total, total, epoch));
        var signature = new ModelSignature(ModelType, [.. series.Targets], [.. series.Targets], InputLength: 1, Horizon: 1, series.Step, LeadFromEndOfTrain: true);
        return new FitResult(
            Fitted(last),
            [epoch],
            null,
            new RowSpan(0, fitted),
            new RowSpan(fitted, fitted),
            Diagnostics(series, last),
            [.. series.Targets.Where((_, j) => !last[j].Report.Converged).Select(t => $"The Prophet fit of '{t}' did not converge.")],
            refits ? Fitted(models) : null);

        FittedProphetForecaster Fitted(ProphetModel[] fits) => new(signature, fits, hyperparameters.Cap, hyperparameters.Floor);
    }

    private ProphetModel[] FitRows(TrainingSet data, int rows, ProphetModel[]? warm, FitContext context, int done, int total)
    {
        var series = data.Series;
        var frame = FittedProphetForecaster.Frame(series.Timestamps[..rows], hyperparameters.Cap, hyperparameters.Floor);
        var values = new double[series.Targets.Count][];
        for (var j = 0; j < values.Length; j++)
            values[j] = Observed(series, series.Targets[j], rows);

        // A flat target is its constant whatever the growth; the rest are fitted together.
        var models = new ProphetModel[values.Length];
        var progress = context.Progress is null ? null : new Count(n => context.Progress.Report(new FitProgress(done + n, total, null)));
        foreach (var group in Enumerable.Range(0, values.Length).GroupBy(j => series.FlatTargets.Contains(series.Targets[j])))
        {
            var members = group.ToArray();
            var options = new ProphetFitOptions
            {
                Threads = context.Threads,
                WarmStart = warm is null ? null : [.. members.Select(j => warm[j])],
                Progress = progress,
                Cancellation = context.Cancellation,
            };
            var settings = group.Key ? hyperparameters.Settings with { Growth = Growth.Flat } : hyperparameters.Settings;
            var fits = ProphetFitter.FitMany(settings, frame, [.. members.Select(j => values[j])], options);
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

        return observed >= 2 ? y : throw new InvalidInputException($"The target '{target}' has {observed} observed values in the {rows} rows to fit; PROPHET needs at least 2.");
    }

    private double[][] Evaluate(PreparedSeries series, ProphetModel[] models)
    {
        var frame = FittedProphetForecaster.Frame(series.Timestamps, hyperparameters.Cap, hyperparameters.Floor);
        return [.. models.Select(m => m.PredictPoint(frame))];
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
