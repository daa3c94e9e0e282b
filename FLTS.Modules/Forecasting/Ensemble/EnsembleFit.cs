using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Ensemble;

/// <summary>What came of making an ENSEMBLE.</summary>
/// <param name="Fit">With a <see cref="FittedEnsemble"/>.</param>
/// <param name="Residuals">Its own on the last third of the validation part, which its weights have not seen.</param>
/// <param name="Members">Positions of the runs that are members, ascending: the order in which they have to be given again.</param>
public sealed record EnsembleFit(FitResult Fit, ValidationForecasts Residuals, IReadOnlyList<int> Members)
{
    /// <summary>Origins that a member may lack: those too soon behind a gap for it.</summary>
    private const double MostLacking = 0.1;

    /// <summary>Makes it of the models of runs and of references, from forecasts that had not seen the validation part.</summary>
    /// <param name="data">Of all of them.</param>
    /// <param name="runs">That may be members.</param>
    /// <param name="references">Families of references that may be members; fitted here.</param>
    /// <param name="context">Of the references' fits.</param>
    /// <exception cref="InvalidInputException">Nothing can be a member.</exception>
    public static EnsembleFit Of(
        PreparedDataset data, IReadOnlyList<RunModel> runs, IReadOnlyList<IForecasterFamily> references, FitContext context)
    {
        var (grid, leftOut) = (new Grid(data), new JsonObject());
        var candidates = runs.Select(run => new Candidate(run.Model, run.Forecasts, null))
            .Concat(references.Select(family => Fitted(family, data, context, leftOut)).OfType<Candidate>())
            .Where(candidate => grid.WhyNot(candidate.Forecasts) is not { } why || LeaveOut(leftOut, candidate, why))
            .Take(ConvexWeights.MostCandidates)
            .ToArray();
        if (candidates.Length == 0)
            throw new InvalidInputException($"ENSEMBLE has no members: {string.Join("; ", leftOut.Select(l => $"{l.Key}: {l.Value}"))}.");

        ValidationForecasts[] forecasts = [.. candidates.Select(c => c.Forecasts!)];
        var cells = grid.Cells(forecasts);
        double[] ranges = [.. forecasts[0].Targets.Select(t => data.Meta.Scaler[t].Max - data.Meta.Scaler[t].Min)];
        var (weights, chosen) = new WeightFit(
            forecasts, Array.ConvertAll(candidates, c => c.IsReference), cells, grid.Seasons(cells), ranges).Solve();
        Candidate[] members = Array.ConvertAll(chosen, p => candidates[p]);
        foreach (var candidate in candidates.Except(members).Where(c => c.IsReference))
            candidate.Model.Dispose();

        var signature = FittedEnsemble.SignatureOf([.. members.Select(m => m.Model)], data.Train.Columns) with
        {
            Plausible = PlausibleRange.Scaled(data.Meta.Scaler, data.Meta.Targets),
        };
        var model = new FittedEnsemble(
            signature,
            OfAllTargets(weights, forecasts[0].Targets, signature.Targets),
            [.. members.Where(m => !m.IsReference).Select(m => m.Model)],
            [.. members.Where(m => m.IsReference).Select(m => new EnsembleReference(m.Model, m.Hyperparameters!))]);
        var fit = new FitResult(
            model,
            [],
            null,
            new RowSpan(0, data.Train.Rows),
            new RowSpan(data.Meta.ValidationStart, data.Train.Rows),
            Diagnostics(weights, members, leftOut));
        return new EnsembleFit(
            fit,
            grid.Residuals(weights, [.. members.Select(m => m.Forecasts!)]),
            [.. Enumerable.Range(0, runs.Count).Where(i => members.Any(m => ReferenceEquals(m.Model, runs[i].Model)))]);
    }

    /// <summary>A reference as it is kept, with forecasts of its fit on the rows before the validation part; null: none.</summary>
    private static Candidate? Fitted(IForecasterFamily family, PreparedDataset data, FitContext context, JsonObject leftOut)
    {
        var hyperparameters = family.Normalise(null);
        try
        {
            var fit = family.Create(hyperparameters).Fit(data.TrainingSet, context with { Progress = null, Checkpoint = null });
            using var before = fit.BeforeRefit;
            return new Candidate(
                fit.Model, ValidationForecasts.Of(before ?? fit.Model, data, context.Cancellation), hyperparameters);
        }
        catch (FltsException e)
        {
            leftOut[family.ModelType] = e.Message;
            return null;
        }
    }

    private static bool LeaveOut(JsonObject leftOut, Candidate candidate, string why)
    {
        leftOut[candidate.Model.Signature.ModelType] = why;
        if (candidate.IsReference)
            candidate.Model.Dispose();
        return false;
    }

    /// <summary>A target flat in train is answered with its constant, whatever the weights: it gets those of another.</summary>
    private static EnsembleWeights OfAllTargets(EnsembleWeights weights, IReadOnlyList<string> known, IReadOnlyList<string> all)
    {
        var places = all.Select(t => Math.Max(0, known.ToList().IndexOf(t))).ToArray();
        return new EnsembleWeights([.. weights.Leads], [.. weights.Values.Select(knot => Array.ConvertAll(places, m => knot[m]))]);
    }

    /// <summary>For the manifest: who has how much weight at each knot, in the mean over the targets.</summary>
    private static JsonObject Diagnostics(EnsembleWeights weights, Candidate[] members, JsonObject leftOut) => new()
    {
        ["weights"] = new JsonObject(members.Select((member, p) => KeyValuePair.Create(
            member.Model.Signature.ModelType,
            (JsonNode?)new JsonObject(weights.Leads.Zip(weights.Values, (lead, knot) => KeyValuePair.Create(
                $"{lead}", (JsonNode?)Math.Round(knot.Average(target => target[p]), 4))))))),
        ["left_out"] = leftOut,
    };

    private sealed record Candidate(IFittedForecaster Model, ValidationForecasts? Forecasts, JsonObject? Hyperparameters)
    {
        public bool IsReference => Hyperparameters is not null;
    }

    /// <summary>Origins and leads of the validation part; the last third of its rows calibrates, the rest fits weights.</summary>
    private sealed class Grid(PreparedDataset data)
    {
        private readonly int[] _origins = ValidationOrigins.Of(data, ValidationForecasts.MostOrigins);
        private readonly int[] _leads = ValidationOrigins.Leads(data);

        private int Calibrates => data.Meta.ValidationStart + (2 * (data.Train.Rows - data.Meta.ValidationStart) / 3);

        /// <summary>Why a model cannot be a member; null: it can.</summary>
        public string? WhyNot(ValidationForecasts? forecasts)
        {
            if (forecasts is null)
                return "its forecasts on the validation part were not stored";
            if (!forecasts.Origins.SequenceEqual(_origins.Select(o => data.Train.Timestamps[o]))
                || !forecasts.Leads.SequenceEqual(_leads)
                || !forecasts.Targets.SequenceEqual(data.Meta.Targets.Except(data.Meta.FlatTargets), StringComparer.Ordinal))
                return "its forecasts on the validation part are from other origins, leads or targets";
            var lacking = Enumerable.Range(0, _origins.Length).Count(n => Lacks(forecasts, n));
            return lacking > MostLacking * _origins.Length
                ? $"it has no forecast, at some lead, from {lacking} of {_origins.Length} origins of the validation part"
                : null;
        }

        /// <summary>[N * K] Whether weights are fitted on a cell.</summary>
        public bool[] Cells(IReadOnlyList<ValidationForecasts> forecasts) => [.. _origins.SelectMany((origin, n) =>
        {
            var answered = forecasts.All(f => !Lacks(f, n));
            return _leads.Select(lead => answered && origin + lead < Calibrates);
        })];

        /// <summary>[K] Between the first and the last origin of a lead's cells.</summary>
        public double[] Seasons(bool[] cells) => [.. _leads.Select((_, k) =>
        {
            int[] origins = [.. _origins.Where((_, n) => cells[(n * _leads.Length) + k])];
            return origins.Length == 0 ? 0 : (double)(origins[^1] - origins[0]) / Season.Steps(data.Meta.Step);
        })];

        /// <summary>The ENSEMBLE's forecasts of the rows that calibrate.</summary>
        public ValidationForecasts Residuals(EnsembleWeights weights, IReadOnlyList<ValidationForecasts> members)
        {
            var shares = _leads.Select(weights.At).ToArray();
            return members[0] with
            {
                Forecast = [.. members[0].Targets.Select((_, m) => OfCells(m, (i, k) => members
                    .Select((member, p) => shares[k][m][p] > 0 ? shares[k][m][p] * member.Forecast[m][i] : 0)
                    .Sum()))],
                Truth = [.. members[0].Truth.Select((truth, m) => OfCells(m, (i, _) => truth[i]))],
            };

            double[] OfCells(int target, Func<int, int, double> value) =>
                [.. members[0].Truth[target].Select((_, i) =>
                    _origins[i / _leads.Length] + _leads[i % _leads.Length] >= Calibrates ? value(i, i % _leads.Length) : double.NaN)];
        }

        private bool Lacks(ValidationForecasts forecasts, int origin)
        {
            for (var m = 0; m < forecasts.Targets.Count; m++)
            {
                for (var i = origin * _leads.Length; i < (origin + 1) * _leads.Length; i++)
                {
                    if (double.IsNaN(forecasts.Forecast[m][i]) && !double.IsNaN(forecasts.Truth[m][i]))
                        return true;
                }
            }

            return false;
        }
    }
}
