using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>SEASONAL_MEAN</c>: every step is the mean of what was observed at its place in the last 14 seasons (FORECASTING.md 5), the newest
/// weighing most. It carries the profile of its fit for windows with fewer than two seasons before them. No hyperparameters.
/// </summary>
public sealed class SeasonalMeanFamily : ReferenceFamily
{
    public override string ModelType => "SEASONAL_MEAN";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        Read(hyperparameters);
        return [];
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        Normalise(hyperparameters);
        return new SeasonalMeanForecaster();
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedSeasonalMean(
            signature,
            model["profile"] is JsonObject profile ? CarriedSeason.FromJson(profile, signature.Targets.Count, ModelType) : null);

    private sealed class SeasonalMeanForecaster : IForecaster
    {
        public string ModelType => "SEASONAL_MEAN";

        public FitResult Fit(TrainingSet data, FitContext context)
        {
            var series = data.Series;
            var signature = new ModelSignature(ModelType, series.Targets, series.Targets, 1, 1, series.Step);

            // Its errors on train are those of the profile at each origin, not of the one that is carried from the end.
            using var unfitted = new FittedSeasonalMean(signature, null);
            var profile = new SeasonProfile(series, series.Targets);
            var metrics = OneStepMetrics.Of(unfitted, data, context.Cancellation, (_, origin) => profile.Has(origin));
            context.Progress?.Report(new FitProgress(1, 1, metrics));
            return new FitResult(
                new FittedSeasonalMean(signature, profile.Carry(series.Rows - 1)),
                metrics is null ? [] : [metrics],
                null,
                new RowSpan(0, series.Rows),
                new RowSpan(0, 0),
                BeforeRefit: data.ValidationStart is > 0 and var start && start < series.Rows
                    ? new FittedSeasonalMean(signature, profile.Carry(start - 1))
                    : null);
        }
    }

    /// <param name="signature">What it needs and gives.</param>
    /// <param name="carried">Of the fit; null: it was too short.</param>
    private sealed class FittedSeasonalMean(ModelSignature signature, CarriedSeason? carried) : IFittedForecaster
    {
        public ModelSignature Signature => signature;

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
            ForecastAt(windows, [.. Enumerable.Range(1, steps)]);

        public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads) =>
            WindowGroups.BySeries(windows, leads, signature, series =>
            {
                var forecast = new double[series.Count, leads.Count, signature.Targets.Count];
                var profile = new SeasonProfile(series.Series, signature.Targets, carried);
                Span<double> values = new double[signature.Targets.Count];
                for (var n = 0; n < series.Count; n++)
                {
                    for (var l = 0; l < leads.Count; l++)
                    {
                        if (!profile.TryFill(series.Origins[n], leads[l], values))
                            throw TooShort(series.Series, series.Origins[n]);
                        for (var m = 0; m < values.Length; m++)
                            forecast[n, l, m] = values[m];
                    }
                }

                return forecast;
            });

        public IReadOnlyDictionary<string, byte[]> Save()
        {
            var json = new JsonObject { ["model_type"] = signature.ModelType };
            if (carried is not null)
                json["profile"] = carried.ToJson();
            return new Dictionary<string, byte[]> { ["model.json"] = JsonSerializer.SerializeToUtf8Bytes(json) };
        }

        public void Dispose()
        {
        }

        private static NotApplicableException TooShort(PreparedSeries series, int origin) => new(
            Season.Steps(series.Step) == 1
                ? $"SEASONAL_MEAN needs a season, and a step of {series.Step} has none."
                : $"SEASONAL_MEAN needs {SeasonProfile.Least} seasons of {Season.Steps(series.Step)} steps up to "
                + $"{series.Step.Local(series.Timestamps[origin]):yyyy-MM-dd HH:mm:ss}; the rows begin at "
                + $"{series.Step.Local(series.Timestamps[0]):yyyy-MM-dd HH:mm:ss}, and its fit had no more.");
    }
}
