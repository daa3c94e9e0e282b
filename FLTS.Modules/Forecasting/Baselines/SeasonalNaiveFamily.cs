using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// <c>SEASONAL_NAIVE</c>: every step is the value at the same place in the last season (FORECASTING.md 5) before the origin. No
/// hyperparameters.
/// </summary>
public sealed class SeasonalNaiveFamily : ReferenceFamily
{
    public override string ModelType => "SEASONAL_NAIVE";

    public override JsonObject Normalise(JsonObject? hyperparameters)
    {
        Read(hyperparameters);
        return [];
    }

    public override IForecaster Create(JsonObject hyperparameters)
    {
        Normalise(hyperparameters);
        return new ReferenceForecaster(
            ModelType, inputLength: 1, signature => new FittedSeasonalNaive(signature, Season.Steps(signature.Step)));
    }

    protected override IFittedForecaster Load(ModelSignature signature, JsonObject hyperparameters, JsonObject model) =>
        new FittedSeasonalNaive(signature, model["season"]?.GetValue<int>());

    /// <param name="signature">What it needs and gives.</param>
    /// <param name="season">In steps, 1 where there is none; null: a day, as in documents that do not say.</param>
    private sealed class FittedSeasonalNaive(ModelSignature signature, int? season) : FittedReference(signature)
    {
        public override IReadOnlyDictionary<string, byte[]> Save()
        {
            var json = new JsonObject { ["model_type"] = Signature.ModelType };
            if (season is not null)
                json["season"] = season;
            return new Dictionary<string, byte[]> { ["model.json"] = JsonSerializer.SerializeToUtf8Bytes(json) };
        }

        public override bool Applies(PreparedSeries history, int origin) =>
            season != 1 && RowBefore(history, origin, history.Step.Next(history.Timestamps[origin]), out _) >= 0;

        protected override void Fill(PreparedSeries history, int column, int origin, int steps, double[,,] into, int n, int m)
        {
            if (season == 1)
                throw new NotApplicableException($"SEASONAL_NAIVE needs a season, and a step of {history.Step} has none.");
            for (var h = 0; h < steps; h++)
            {
                var row = RowBefore(history, origin, history.Step.Next(history.Timestamps[origin], h + 1), out var time);
                if (row < 0)
                    throw new NotApplicableException(
                        $"SEASONAL_NAIVE has no row at {history.Step.Local(time):yyyy-MM-dd HH:mm:ss}, one season before a scored row.");
                into[n, h, m] = history.Values[column][row];
            }
        }

        /// <summary>By time, not by counting rows: the season before may lie behind a gap.</summary>
        private int RowBefore(PreparedSeries history, int origin, DateTime target, out DateTime time)
        {
            var seasons = 0;
            do
            {
                seasons++;
                time = season is { } steps ? history.Step.SeasonsBefore(target, seasons, steps) : target.AddDays(-seasons);
            }
            while (time > history.Timestamps[origin]);
            return Array.BinarySearch(history.Timestamps, 0, origin + 1, time);
        }
    }
}
