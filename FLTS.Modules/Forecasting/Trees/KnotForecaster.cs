using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// <c>lead_mode: direct</c>. Grows an ensemble for every target and knot; keeps as many trees as the validation part likes best, often none
/// where the base is better without, and grows as many again on all of train over the base that was fitted on all of it.
/// </summary>
internal sealed class KnotForecaster(TreeHyperparameters parameters) : IForecaster
{
    public string ModelType => TreeHyperparameters.ModelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var signature = new ModelSignature(ModelType, series.Columns, series.Targets, parameters.InputLen, parameters.Horizon, series.Step)
        {
            Plausible = PlausibleRange.Scaled(data.Scaler, series.Targets),
        };
        var grower = new TreeGrower(parameters);
        var growth = new SideBySide(parameters, data, grower, context);
        var unseenBase = LeadBase.Fit(data, parameters.InputLen, onAll: false, context);
        var keptBase = growth.Refits ? LeadBase.Fit(data, parameters.InputLen, onAll: true, context) : unseenBase;
        var knots = unseenBase.Knots;
        var features = new KnotFeatures(series.Columns, parameters.InputLen, series.Targets, unseenBase.IsSeasonal);
        GrownTrees?[,] grown;
        using (var origins = new OriginRows(data, features, parameters.InputLen, grower.Parameters, context.Cancellation))
        {
            if (!Array.Exists(origins.Rows, origin => origin + 1 < data.ValidationStart))
                throw new InvalidInputException(
                    $"{ModelType} needs at least {parameters.InputLen + 1} train rows in a row before the validation part; there are "
                    + "none.");
            var lessons = new KnotLessons(data, origins, unseenBase, keptBase);
            grown = growth.Grow(
                knots.Length, k => new KnotExamples(lessons, k, grower.Parameters, context.Cancellation), fewest: 0);
        }

        var counts = new JsonObject();
        foreach (var (m, target) in series.Targets.Index())
            counts[target] = new JsonArray([.. Enumerable.Range(0, knots.Length).Select(k => (JsonNode?)grown[k, m]?.Kept.Trees.Count)]);
        var unseen = new FittedKnotTrees(signature, Of(unseenBase, g => g.Selected));
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        context.Progress?.Report(new FitProgress(grown.Length, grown.Length, metrics));
        return new FitResult(
            growth.Refits ? new FittedKnotTrees(signature, Of(keptBase, g => g.Kept)) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, growth.Refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            new JsonObject { ["features"] = features.Names.Count, ["knots"] = new JsonArray([.. knots]), ["trees"] = counts },
            null,
            growth.Refits ? unseen : null);

        KnotTrees Of(LeadBase over, Func<GrownTrees, TreeEnsemble> which) => new(
            over,
            features,
            knots,
            [.. Enumerable.Range(0, series.Targets.Count)
                .Select(m => Enumerable.Range(0, knots.Length)
                    .Select(k => grown[k, m] is { } trees
                        ? new KnotEnsemble(KnotExamples.IsOverLast(knots[k]), which(trees))
                        : KnotEnsemble.None)
                    .ToArray())]);
    }
}
