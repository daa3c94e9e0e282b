using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Baselines;

namespace FLTS.Modules.Forecasting.Trees;

/// <summary>Grows one ensemble a target, keeps as many trees as the validation part likes best, grows as many again on all of train.</summary>
internal sealed class TreeForecaster(TreeHyperparameters parameters) : IForecaster
{
    public string ModelType => LightGbmFamily.Type;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var signature = new ModelSignature(ModelType, series.Columns, series.Targets, parameters.InputLen, 1, series.Step);
        var windows = new WindowFeatures(signature.Inputs, parameters.InputLen);
        var rows = Features(series, windows);
        var grower = new TreeGrower(parameters, windows.Names.Count);
        var validates = data.ValidationStart < series.Rows;
        var refits = validates && parameters.RefitOnAll;
        var (selected, kept) = (new TreeEnsemble?[series.Targets.Count], new TreeEnsemble?[series.Targets.Count]);
        var (counts, warnings) = (new JsonObject(), new List<string>());
        for (var m = 0; m < selected.Length; m++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var target = series.Targets[m];
            if (!series.FlatTargets.Contains(target))
            {
                var fit = Examples(series, target, rows, new RowSpan(0, data.ValidationStart));
                if (fit.Labels.Length == 0)
                    throw new InvalidInputException($"{ModelType} needs at least {parameters.InputLen + 1} train rows in a row with '{target}' observed in the last; there are none before the validation part.");
                var check = Examples(series, target, rows, new RowSpan(data.ValidationStart, series.Rows));
                if (check.Labels.Length == 0)
                    warnings.Add($"{ModelType}: no row of the validation part can be forecast for '{target}', so all {parameters.NumIterations} trees were kept.");
                selected[m] = Select(grower, fit, check, context.Cancellation);
                kept[m] = refits && selected[m]!.Trees.Count > 0
                    ? grower.Grow(Examples(series, target, rows, new RowSpan(0, series.Rows)), null, selected[m]!.Trees.Count, context.Cancellation)
                    : selected[m];
                counts[target] = kept[m]!.Trees.Count;
            }

            if (m + 1 < selected.Length)
                context.Progress?.Report(new FitProgress(m + 1, selected.Length, null));
        }

        var unseen = new FittedTrees(signature, parameters.TargetMode, selected);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        context.Progress?.Report(new FitProgress(selected.Length, selected.Length, metrics));
        return new FitResult(
            new FittedTrees(signature, parameters.TargetMode, kept),
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            new JsonObject { ["features"] = windows.Names.Count, ["trees"] = counts },
            warnings,
            refits ? unseen : null);
    }

    /// <summary>[T] Features of the window that ends before each row; null where it crosses a border.</summary>
    private float[]?[] Features(PreparedSeries series, WindowFeatures windows)
    {
        var (length, columns) = (parameters.InputLen, series.Columns.Count);
        var table = new double[series.Rows * columns];
        for (var f = 0; f < columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                table[(t * columns) + f] = series.Values[f][t];
        }

        var rows = new float[]?[series.Rows];
        for (var t = length; t < series.Rows; t++)
        {
            if (series.Segments[t - length] != series.Segments[t])
                continue;
            rows[t] = new float[windows.Names.Count];
            windows.Fill(table.AsSpan((t - length) * columns, length * columns), series.Timestamps[t], rows[t]);
        }

        return rows;
    }

    /// <summary>The rows of a span that have a window and a truth.</summary>
    private TreeExamples Examples(PreparedSeries series, string target, float[]?[] rows, RowSpan span)
    {
        var column = series.IndexOf(target);
        var (features, labels) = (new List<float[]>(), new List<float>());
        for (var t = span.Start; t < span.End; t++)
        {
            if (rows[t] is not { } row || !series.Observed[column][t])
                continue;
            features.Add(row);
            labels.Add((float)(series.Values[column][t] - (parameters.TargetMode == TreeTarget.Residual ? series.Values[column][t - 1] : 0)));
        }

        return new TreeExamples([.. features], [.. labels]);
    }

    /// <summary>Grows until the validation error rises and keeps the trees up to its minimum. For changes that may be none at all: the last value then.</summary>
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
