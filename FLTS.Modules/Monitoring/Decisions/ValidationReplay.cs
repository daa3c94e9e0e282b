using System.Text.Json.Nodes;
using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Drift;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>
/// What is usual for a champion: its forecasts one step ahead over the validation part, by the fit that had not seen it, beside those of
/// EWMA and of the version before (FORECASTING.md 9). Where the model that is kept was fitted again on all of train, the fit before that is
/// made once more: the same data, options and seed give the same.
/// </summary>
/// <param name="data">That the champion was trained on.</param>
/// <param name="parallelism">How far fits spread, and what stops them.</param>
internal sealed class ValidationReplay(PreparedDataset data, Parallelism parallelism)
{
    /// <summary>Seasons of validation that are replayed, at most: the newest.</summary>
    private const int MostSeasons = 20;

    /// <summary>Rows of them, at least.</summary>
    private const int LeastRows = 5_000;

    private const string Ewma = "EWMA";

    /// <param name="champion">Whose numbers.</param>
    /// <param name="other">The version before it; null: there is none.</param>
    public BaselineResult Of(LoadedModel champion, LoadedModel? other)
    {
        var its = Errors(Steps(champion));
        using var ewma = Fitted(Ewma, ForecasterCatalog.Get(Ewma).Normalise(null));
        var baseline = DriftBaseline.Of(Hours(its, Errors(Steps(ewma))), new SeasonPlaces(data.Meta.Step));
        var step = data.Meta.Step;
        return new BaselineResult(baseline, other is null ? null : Spread(its, other), step.Duration.TotalSeconds, step.ToJson())
        {
            HasLocalPlaces = true,
        };
    }

    private int MostRows => Math.Max(LeastRows, MostSeasons * Season.Steps(data.Meta.Step));

    private double? Spread(StepError[] its, LoadedModel other)
    {
        var signature = other.Forecaster.Signature;
        if (ForecastReplay.Incomparable(data.Meta, signature.Step, signature.Targets, signature.Inputs) is not null)
            return null;

        var errors = other.Manifest.ConfigHash.Value == data.Meta.ConfigHash
            ? Errors(Steps(other))
            : Errors(its, new ForecastReplay(data.Unclipped.Train, data.Meta.Scaler, other.Forecaster, other.Scaler));
        return RollbackEvidence.SpreadOf([.. its.Zip(errors)
            .Chunk(RollbackEvidence.BlockSteps)
            .Select(block => block.Where(e => e.First.Matched > 0 && e.Second.Matched > 0).ToArray())
            .Where(block => block.Length > 0)
            .Select(block => (Mean(block.Select(e => e.First)), Mean(block.Select(e => e.Second))))]);
    }

    /// <summary>Forecasts of the fit that had not seen the validation part.</summary>
    private ValidationForecasts Steps(LoadedModel model)
    {
        using var unseen = Unseen(model);
        return Steps(unseen.Model);
    }

    private ValidationForecasts Steps(IFittedForecaster model) =>
        ValidationForecasts.OfSteps(model, data, MostRows, parallelism.Cancellation);

    private UnseenFit Unseen(LoadedModel model)
    {
        if (model.Manifest.Fitted is not { } fitted || !Saw(fitted))
            return new UnseenFit(model.Forecaster, []);
        if (model.Forecaster is not FittedEnsemble ensemble)
            return UnseenFit.Of(Fitted(model.Manifest.ModelType, model.Manifest.Hyperparameters));

        var members = new List<UnseenFit>();
        try
        {
            members.AddRange(model.Members.Select(Unseen));
            EnsembleReference[] references = [.. ensemble.References.Select(r => new EnsembleReference(
                Fitted(r.Model.Signature.ModelType, r.Hyperparameters), r.Hyperparameters))];
            var unseen = new FittedEnsemble(ensemble.Signature, ensemble.Weights, [.. members.Select(m => m.Model)], references);
            return new UnseenFit(unseen, [unseen, .. members]);
        }
        catch
        {
            members.ForEach(m => m.Dispose());
            throw;
        }
    }

    private bool Saw(ManifestSpan fitted) =>
        data.Meta.ValidationStart < data.Train.Rows && fitted.To >= data.Train.Timestamps[data.Meta.ValidationStart];

    /// <summary>A fit on the rows before the validation part.</summary>
    private IFittedForecaster Fitted(string modelType, JsonObject hyperparameters)
    {
        var fit = ForecasterCatalog.Get(modelType).Create(hyperparameters).Fit(
            data.TrainingSet, new FitContext(parallelism.Threads, null, parallelism.Cancellation));
        if (fit.BeforeRefit is not { } before)
            return fit.Model;

        fit.Model.Dispose();
        return before;
    }

    /// <summary>Errors of each origin, over the targets that are not flat.</summary>
    private StepError[] Errors(ValidationForecasts forecasts)
    {
        double[] ranges = [.. forecasts.Targets.Select(Range)];
        return [.. forecasts.Origins.Select((origin, n) => StepError.Of(
            data.Meta.Step.Next(origin, 1),
            ranges.Select((range, m) => (forecasts.Forecast[m][n] - forecasts.Truth[m][n]) / range)))];
    }

    /// <summary>The same of a model of other data, from the same origins.</summary>
    private StepError[] Errors(StepError[] its, ForecastReplay replay)
    {
        var series = data.Unclipped.Train;
        var targets = data.Meta.Targets;
        var rows = series.Timestamps.Select((time, row) => (time, row)).ToDictionary(r => r.time, r => r.row);
        var errors = new List<StepError>(its.Length);
        foreach (var batch in its.Select(e => rows[e.At]).Chunk(RollingBacktest.BatchOf(1, targets.Count)))
        {
            parallelism.Cancellation.ThrowIfCancellationRequested();
            var forecast = replay.Forecast(Array.ConvertAll(batch, row => row - 1), 1);
            errors.AddRange(batch.Select((row, n) => StepError.Of(
                series.Timestamps[row],
                Enumerable.Range(0, targets.Count).Where(m => !data.Meta.Scaler[targets[m]].Flat).Select(m =>
                {
                    var column = series.IndexOf(targets[m]);
                    return series.Observed[column][row]
                        ? (forecast[n, 0, m] - data.Meta.Scaler[targets[m]].Inverse(series.Values[column][row])) / Range(targets[m])
                        : double.NaN;
                }))));
        }

        return [.. errors];
    }

    private double Range(string target) => data.Meta.Scaler[target].Max - data.Meta.Scaler[target].Min;

    /// <summary>Where both models have an answer, by hour.</summary>
    private IEnumerable<LiveHour> Hours(StepError[] its, StepError[] ewma)
    {
        var buckets = new TimeBuckets(data.Meta.Step);
        return its.Zip(ewma).GroupBy(e => buckets.Start(e.First.At)).Select(hour =>
        {
            var matched = hour.Where(e => e.First.Matched > 0 && e.Second.Matched > 0).ToArray();
            var cells = matched.Sum(e => e.First.Matched);
            return new LiveHour(
                hour.Key,
                matched.Length > 0 && cells >= RollingScore.LeastMatched * hour.Sum(e => e.First.Cells),
                Mean(matched.Select(e => e.First)),
                Mean(matched.Select(e => e.Second)),
                cells);
        });
    }

    private static double Mean(IEnumerable<StepError> errors)
    {
        var (sum, matched) = (0.0, 0);
        foreach (var error in errors)
            (sum, matched) = (sum + error.Sum, matched + error.Matched);
        return matched == 0 ? 0 : sum / matched;
    }

    /// <summary>Scaled absolute errors at a time.</summary>
    private readonly record struct StepError(DateTime At, int Cells, int Matched, double Sum)
    {
        public static StepError Of(DateTime at, IEnumerable<double> errors)
        {
            var (cells, matched, sum) = (0, 0, 0.0);
            foreach (var error in errors)
            {
                cells++;
                if (double.IsFinite(error))
                    (matched, sum) = (matched + 1, sum + Math.Abs(error));
            }

            return new StepError(at, cells, matched, sum);
        }
    }

    /// <summary>A model, and what was made for it alone.</summary>
    private sealed record UnseenFit(IFittedForecaster Model, IReadOnlyList<IDisposable> Own) : IDisposable
    {
        public static UnseenFit Of(IFittedForecaster model) => new(model, [model]);

        public void Dispose()
        {
            foreach (var own in Own)
                own.Dispose();
        }
    }
}
