using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>lead_mode: recursive</c>. Grows two ensembles a target, one for the next step and one for all steps after it; keeps as many trees as
/// the validation part likes best, grows as many again on all of train. Further steps are forecast directly: trees fed their own smooth
/// forecasts see windows they never learned and drift off.
/// </summary>
internal sealed class TreeForecaster(TreeHyperparameters parameters) : IForecaster
{
    public string ModelType => TreeHyperparameters.ModelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var signature = new ModelSignature(ModelType, series.Columns, series.Targets, parameters.InputLen, parameters.Horizon, series.Step)
        {
            Plausible = PlausibleRange.Scaled(data.Scaler, series.Targets),
        };
        var windows = new WindowFeatures(series.Columns, parameters.InputLen);
        var grower = new TreeGrower(parameters);
        var growth = new SideBySide(parameters, data, grower, context);
        var grown = growth.Grow(
            parameters.Horizon > 1 ? 2 : 1,
            further => new StepExamples(data, parameters, windows, further == 1, grower.Parameters, context.Cancellation),
            fewest: parameters.TargetMode == TreeTarget.Residual ? 0 : 1);

        var (selected, kept) = (new TargetTrees[series.Targets.Count], new TargetTrees[series.Targets.Count]);
        var (counts, warnings) = (new JsonObject(), new List<string>());
        for (var m = 0; m < selected.Length; m++)
        {
            var (target, first, further) = (series.Targets[m], grown[0, m], grown.GetLength(0) > 1 ? grown[1, m] : null);
            (selected[m], kept[m]) = (new(first?.Selected, further?.Selected), new(first?.Kept, further?.Kept));
            if (series.FlatTargets.Contains(target))
                continue;
            if (first is null)
                throw new InvalidInputException(
                    $"{ModelType} needs at least {parameters.InputLen + 1} train rows in a row with '{target}' observed in the last; "
                    + "there are none before the validation part.");
            warnings.AddRange(new[] { (What: "row", Of: first), (What: "further step", Of: further) }
                .Where(grown => grown.Of?.IsChecked == false)
                .Select(grown => $"{ModelType}: no {grown.What} of the validation part can be forecast for '{target}', so all "
                    + $"{parameters.NumIterations} trees were kept."));
            counts[target] = new JsonArray(first.Kept.Trees.Count, further?.Kept.Trees.Count);
        }

        var unseen = new FittedTrees(signature, parameters.TargetMode, selected, windows);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        context.Progress?.Report(new FitProgress(grown.Length, grown.Length, metrics));
        return new FitResult(
            growth.Refits ? new FittedTrees(signature, parameters.TargetMode, kept, windows) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, growth.Refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            new JsonObject { ["features"] = windows.Names.Count, ["trees"] = counts },
            warnings,
            growth.Refits ? unseen : null);
    }
}
