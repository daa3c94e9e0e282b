using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// Grows two ensembles a target, one for the next step and one for all steps after it; keeps as many trees as the validation part likes
/// best, grows as many again on all of train. Further steps are forecast directly: trees fed their own smooth forecasts see windows
/// they never learned and drift off.
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
        var table = new ExampleTable(series, parameters);
        var grower = new TreeGrower(parameters, table.Features.Count);
        var validates = data.ValidationStart < series.Rows;
        var refits = validates && parameters.RefitOnAll;
        var spans = (
            Fit: new RowSpan(0, data.ValidationStart),
            Check: new RowSpan(data.ValidationStart, series.Rows),
            All: new RowSpan(0, series.Rows));
        var (selected, kept) = (new TargetTrees[series.Targets.Count], new TargetTrees[series.Targets.Count]);
        var (counts, warnings) = (new JsonObject(), new List<string>());
        for (var m = 0; m < selected.Length; m++)
        {
            (selected[m], kept[m]) = (new TargetTrees(null, null), new TargetTrees(null, null));
            var target = series.Targets[m];
            if (!series.FlatTargets.Contains(target))
            {
                var first = Grow(target, further: false);
                if (first.Selected is null)
                    throw new InvalidInputException(
                        $"{ModelType} needs at least {parameters.InputLen + 1} train rows in a row with '{target}' observed in the last; "
                        + "there are none before the validation part.");
                var after = parameters.Horizon > 1 ? Grow(target, further: true) : default;
                (selected[m], kept[m]) = (new TargetTrees(first.Selected, after.Selected), new TargetTrees(first.Kept, after.Kept));
                counts[target] = new JsonArray(first.Kept!.Trees.Count, after.Kept?.Trees.Count);
            }

            if (m + 1 < selected.Length)
                context.Progress?.Report(new FitProgress(m + 1, selected.Length, null));
        }

        var unseen = new FittedTrees(signature, parameters.TargetMode, selected, table.Windows);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        context.Progress?.Report(new FitProgress(selected.Length, selected.Length, metrics));
        return new FitResult(
            refits ? new FittedTrees(signature, parameters.TargetMode, kept, table.Windows) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, refits ? series.Rows : data.ValidationStart),
            spans.Check,
            new JsonObject { ["features"] = table.Features.Count, ["trees"] = counts },
            warnings,
            refits ? unseen : null);

        (TreeEnsemble? Selected, TreeEnsemble? Kept) Grow(string target, bool further)
        {
            var (fit, check) = (table.Of(target, spans.Fit, further), table.Of(target, spans.Check, further));
            if (fit.Labels.Length == 0)
                return (null, null);
            if (check.Labels.Length == 0)
                warnings.Add(
                    $"{ModelType}: no {(further ? "further step" : "row")} of the validation part can be forecast for '{target}', so all "
                    + $"{parameters.NumIterations} trees were kept.");
            var ensemble = Select(grower, fit, check, context.Cancellation);
            return (
                ensemble,
                refits && ensemble.Trees.Count > 0
                    ? grower.Grow(table.Of(target, spans.All, further), null, ensemble.Trees.Count, context.Cancellation)
                    : ensemble);
        }
    }

    /// <summary>
    /// Grows until the validation error rises and keeps the trees up to its minimum. For changes that may be
    /// none at all: the last value then.
    /// </summary>
    private TreeEnsemble Select(TreeGrower grower, TreeExamples fit, TreeExamples check, CancellationToken cancellation)
    {
        if (check.Labels.Length == 0)
            return grower.Grow(fit, null, parameters.NumIterations, cancellation);
        var grown = grower.Grow(fit, check, parameters.NumIterations, cancellation).Trees;
        var errors = Array.ConvertAll(check.Labels, label => -(double)label);
        var fewest = parameters.TargetMode == TreeTarget.Residual ? 0 : 1;
        var (best, least) = (fewest, double.MaxValue);
        for (var k = 0; k <= grown.Count; k++)
        {
            for (var i = 0; i < errors.Length && k > 0; i++)
                errors[i] += grown[k - 1].Value(check.Features[i]);
            var squares = errors.Sum(e => e * e);
            if (k >= fewest && squares < least)
                (best, least) = (k, squares);
        }

        return new TreeEnsemble([.. grown.Take(best)]);
    }
}
