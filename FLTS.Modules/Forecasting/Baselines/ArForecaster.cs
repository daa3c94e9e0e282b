using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>Fits AR: the penalty with the least validation error, then train and validation together.</summary>
internal sealed class ArForecaster(int inputLength, bool refitOnAll) : IForecaster
{
    /// <summary>Largest system: it takes its square in memory.</summary>
    private const int MostEquations = 4000;

    public string ModelType => "AR";

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var series = data.Series;
        var signature = new ModelSignature(ModelType, series.Columns, series.Targets, inputLength, 1, series.Step)
        {
            Plausible = PlausibleRange.Scaled(data.Scaler, series.Targets),
        };
        var scale = series.Values.Select(v => Spread(v.AsSpan(0, Math.Max(data.ValidationStart, 1)))).ToArray();
        var (selected, coefficients) = (new double[series.Targets.Count][], new double[series.Targets.Count][]);
        var refits = refitOnAll && data.ValidationStart < series.Rows;
        var penalties = new JsonObject();
        var lags = new LagRows(series, inputLength, scale);

        // Targets observed in the same rows share their equations.
        var groups = series.Targets.Select((name, m) => (Name: name, M: m, Column: series.IndexOf(name)))
            .Where(t => !series.FlatTargets.Contains(t.Name))
            .GroupBy(t => series.Observed[t.Column], MaskComparer.Instance)
            .Select(group => (
                Members: group.ToArray(),
                Search: new RidgeSearch(lags, group.Key, [.. group.Select(t => t.Column)], data.ValidationStart, refitOnAll)))
            .ToArray();
        RefuseTooMuch(series, groups.Select(g => g.Search), context.MostOperations);
        foreach (var (members, search) in groups)
        {
            if (search.Rows == 0)
                throw new InvalidInputException(
                    $"AR needs at least {inputLength + 1} train rows in a row with '{members[0].Name}' observed in the last; there are "
                    + "none before the validation part.");
            foreach (var (member, solution) in members.Zip(search.Solve(context.Cancellation)))
            {
                (selected[member.M], coefficients[member.M]) = (solution.Selected, solution.Kept);
                penalties[member.Name] = solution.Penalty;
            }
        }

        var unseen = new FittedAr(signature, scale, selected);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation);
        if (metrics is not null && !double.IsFinite(metrics.TrainLoss + (metrics.ValLoss ?? 0)))
            throw new InvalidInputException(
                "AR cannot be fitted: its forecasts of train are not finite, because the columns grow over too many orders of magnitude. "
                + "Give their logarithms, or a shorter train part.");
        context.Progress?.Report(new FitProgress(1, 1, metrics));
        return new FitResult(
            refits ? new FittedAr(signature, scale, coefficients) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            new JsonObject { ["penalties"] = penalties },
            BeforeRefit: refits ? unseen : null);
    }

    private void RefuseTooMuch(PreparedSeries series, IEnumerable<RidgeSearch> searches, double mostOperations)
    {
        var (columns, system, operations) = (series.Columns.Count, 0, 0.0);
        foreach (var search in searches)
            (system, operations) = (Math.Max(system, search.Equations), operations + search.Operations);
        if (system > MostEquations)
            throw new InvalidInputException(
                $"AR: input_len {inputLength} times {columns} columns over {series.Rows} rows is a system of {system} equations; at most "
                + $"{MostEquations} are solved. Use a smaller input_len, fewer columns or rows.");
        if (operations > mostOperations)
            throw new NotApplicableException(string.Create(
                CultureInfo.InvariantCulture,
                $"AR would take about {operations / 1e6:N0} million multiplications ({series.Targets.Count} targets, input_len "
                + $"{inputLength} times {columns} columns, {series.Rows} rows); at most {mostOperations / 1e6:N0} million are spent "
                + $"on it. Use fewer columns or rows."));
    }

    private static ColumnSpread Spread(ReadOnlySpan<double> values)
    {
        var (mean, deviation) = Statistics.MeanAndDeviation(values);
        var (min, max) = Statistics.Range(values);
        return new ColumnSpread(mean, Statistics.IsFlat(min, max) || !(deviation > 0) ? 1 : deviation);
    }

    private sealed class MaskComparer : IEqualityComparer<bool[]>
    {
        public static readonly MaskComparer Instance = new();

        public bool Equals(bool[]? x, bool[]? y) => ReferenceEquals(x, y) || x!.AsSpan().SequenceEqual(y);

        public int GetHashCode(bool[] mask)
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(mask.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
