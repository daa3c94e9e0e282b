using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Fits AR and AR_SEASONAL: of each knot the penalty, and the terms, with the least validation error, then train and validation together.
/// </summary>
/// <param name="modelType">Of the two.</param>
/// <param name="isSeasonal">Whether SEASONAL_MEAN may explain.</param>
/// <param name="inputLength">Rows that it sees.</param>
/// <param name="refitOnAll">Whether what is kept is fitted on validation too.</param>
/// <param name="mode">Direct where <paramref name="isSeasonal"/>.</param>
internal sealed class ArForecaster(string modelType, bool isSeasonal, int inputLength, bool refitOnAll, LeadMode mode) : IForecaster
{
    /// <summary>Seasons of train without which nothing is learned of them.</summary>
    private const int LeastSeasons = 7;

    /// <summary>Largest system: it takes its square in memory.</summary>
    private const int MostEquations = 4000;

    public string ModelType => modelType;

    public FitResult Fit(TrainingSet data, FitContext context)
    {
        var (series, fit) = (data.Series, new LeadFit(data, inputLength, refitOnAll));
        if (isSeasonal && !HasSeasons(series))
            throw new NotApplicableException(
                $"{modelType} needs {LeastSeasons} seasons of train; {series.Rows} rows of {series.Step} have no more than "
                + $"{(Season.Steps(series.Step) > 1 ? series.Rows / Season.Steps(series.Step) : 0)}.");
        int[] leads = mode == LeadMode.Direct ? Knots.Of(series, inputLength, data.ValidationStart) : [1];
        RefuseTooMuch(series, fit, leads.Length * (isSeasonal ? 3 : 1), context.MostOperations);
        var solutions = Solve(data, fit, leads, context);
        for (var m = 0; m < series.Targets.Count; m++)
        {
            if (solutions[0].Targets[m] is null && !series.FlatTargets.Contains(series.Targets[m]))
                throw new InvalidInputException(
                    $"{modelType} needs at least {inputLength + 1} train rows in a row with '{series.Targets[m]}' observed in the last; "
                    + "there are none before the validation part.");
        }

        var unseen = Fitted(fit, series, [.. solutions.Select(s => s.Selected)], data.ValidationStart);
        var metrics = OneStepMetrics.Of(unseen, data, context.Cancellation, Applies(series));
        if (metrics is not null && !double.IsFinite(metrics.TrainLoss + (metrics.ValLoss ?? 0)))
            throw new InvalidInputException(
                $"{modelType} cannot be fitted: its forecasts of train are not finite, because the columns grow over too many orders of "
                + "magnitude. Give their logarithms, or a shorter train part.");
        context.Progress?.Report(new FitProgress(1, 1, metrics));
        return new FitResult(
            fit.Refits ? Fitted(fit, series, [.. solutions.Select(s => s.Kept)], series.Rows) : unseen,
            metrics is null ? [] : [metrics],
            null,
            new RowSpan(0, fit.Refits ? series.Rows : data.ValidationStart),
            new RowSpan(data.ValidationStart, series.Rows),
            Diagnostics(series, solutions),
            BeforeRefit: fit.Refits ? unseen : null);
    }

    /// <summary>Whether a train part is long enough to learn of its seasons.</summary>
    public static bool HasSeasons(PreparedSeries series) => Season.Steps(series.Step) is > 1 and var season
        && series.Rows > 0
        && series.Step.Between(series.Timestamps[0], series.Timestamps[^1]) + 1 >= (long)LeastSeasons * season;

    /// <summary>[knots] Of each lead the terms that validation likes best, ascending.</summary>
    private LeadSolution[] Solve(TrainingSet data, LeadFit fit, int[] leads, FitContext context)
    {
        // From far to near: sets of rows only grow.
        int[] falling = [.. leads.OrderDescending()];
        LeadTerms[] terms = isSeasonal ? [LeadTerms.Lags, LeadTerms.Season, LeadTerms.Deviations] : [LeadTerms.Lags];
        return
        [
            .. terms.SelectMany(of => context.Shared is { } shared
                    ? Shared(shared, data, of, falling, context.Cancellation)
                    : fit.Solve(of, falling, context.Cancellation))
                .ToArray()
                .GroupBy(s => s.Lead)
                .OrderBy(g => g.Key)
                .Select(Best),
        ];

        // Those that lack rows, or validate on others, do not compare.
        static LeadSolution Best(IGrouping<int, LeadSolution> tried)
        {
            var lags = tried.First();
            return tried.Where(s => s.Checked == lags.Checked && s.Targets.Zip(lags.Targets).All(t => t.First is null == t.Second is null))
                .MinBy(s => s.Error)!;
        }
    }

    /// <summary>As fitted again on all rows, which changes no bit of what was selected: so it serves who refits and who does not.</summary>
    private LeadSolution[] Shared(SharedFits shared, TrainingSet data, LeadTerms terms, int[] leads, CancellationToken cancellation) =>
        shared.Of<LeadSolution[]>(
            data,
            $"regressions of {inputLength} rows, {terms}, at {string.Join(' ', leads)}",
            () => [.. new LeadFit(data, inputLength, refits: true).Solve(terms, leads, cancellation)],
            solutions => solutions.Sum(s => s.Targets.Sum(t => 2L * (t?.Selected.Length ?? 0))),
            cancellation);

    private IFittedForecaster Fitted(LeadFit fit, PreparedSeries series, KnotModel[] knots, int end)
    {
        var signature = fit.Signature(modelType);
        return mode == LeadMode.Recursive
            ? new FittedAr(signature, fit.Scale, knots[0].Coefficients)
            : new FittedLeads(new LeadsModel(
                signature, fit.Scale, knots, isSeasonal, isSeasonal ? new SeasonProfile(series, series.Targets).Carry(end - 1) : null));
    }

    /// <summary>On train's first rows there is no profile, and what is carried has seen what comes after them.</summary>
    private Func<PreparedSeries, int, bool>? Applies(PreparedSeries series)
    {
        if (!isSeasonal)
            return null;
        var profile = new SeasonProfile(series, series.Targets);
        return (_, origin) => origin >= inputLength && profile.HasRows(origin - inputLength);
    }

    private void RefuseTooMuch(PreparedSeries series, LeadFit fit, int leads, double mostOperations)
    {
        var (columns, (system, operations)) = (series.Columns.Count, fit.Cost(leads));
        if (system > MostEquations)
            throw new InvalidInputException(
                $"{modelType}: input_len {inputLength} times {columns} columns over {series.Rows} rows is a system of {system} equations; "
                + $"at most {MostEquations} are solved. Use a smaller input_len, fewer columns or rows.");
        if (operations > mostOperations)
            throw new NotApplicableException(string.Create(
                CultureInfo.InvariantCulture,
                $"{modelType} would take about {operations / 1e6:N0} million multiplications ({series.Targets.Count} targets, input_len "
                + $"{inputLength} times {columns} columns, {series.Rows} rows, {leads} times); at most {mostOperations / 1e6:N0} million "
                + $"are spent on it. Use fewer columns or rows."));
    }

    private static JsonObject Diagnostics(PreparedSeries series, LeadSolution[] solutions) => new()
    {
        ["penalties"] = new JsonObject(series.Targets.Index()
            .Where(t => solutions[0].Targets[t.Index] is not null)
            .Select(t => KeyValuePair.Create(t.Item, (JsonNode?)solutions[0].Targets[t.Index]!.Penalty))),
        ["knots"] = new JsonArray([.. solutions.Select(s => new JsonObject
        {
            ["lead"] = s.Lead,
            ["terms"] = JsonFormat.NameOf(s.Terms),
            ["validation_mse"] = s.Error,
        })]),
    };
}
