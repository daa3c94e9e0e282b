using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Ledger;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What a client is told is what the evaluator judged.</summary>
[TestFixture]
internal sealed class ServedForecastsTests
{
    private const int Rows = 600, Steps = 30;

    private static readonly DateTime _start = new(2026, 1, 5);

    /// <summary>Those that a served model's rows are enough for: SEASONAL_NAIVE looks back further.</summary>
    private static IEnumerable<string> Types => ForecasterCatalog.All.Select(f => f.ModelType).Where(t => t != "SEASONAL_NAIVE");

    [TestCaseSource(nameof(Types))]
    public async Task Forecasts_of_any_batch_are_those_of_the_evaluator(string type)
    {
        await using var rig = await ServingRig.StartAsync();
        var dataset = await rig.PrepareAsync("station", Csv());
        var quick = type is "GRU" or "LSTM" ? new JsonObject { ["epochs"] = 1 } : null;
        var champion = await rig.PromoteAsync(dataset, type, 1, "station", quick);
        using var loaded = await LoadAsync(rig, champion);
        var frame = EvaluationFrame.Of(dataset, Math.Max(1, loaded.Manifest.InputLen), Steps);
        var judged = dataset.Restorer.Restore(
            loaded.Forecaster.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), Steps), frame.Series, frame.Origins);
        await rig.LookAsync();

        foreach (var batch in (int[])[1, 7, 64])
        {
            var places = Enumerable.Range(0, batch).Select(i => i * (frame.Origins.Length - 1) / batch).ToList();
            var answers = await Task.WhenAll(places.Select(n => AskAsync(rig, frame, n)));

            var farthest = 0.0;
            foreach (var (i, n) in places.Index())
            {
                for (var h = 0; h < Steps; h++)
                {
                    foreach (var (m, target) in dataset.Meta.Targets.Index())
                        farthest = Math.Max(
                            farthest, Math.Abs(answers[i].Values[0, h, m] - judged[n, h, m]) / dataset.Meta.Scaler[target].Scale);
                }
            }

            Assert.That(farthest, Is.LessThanOrEqualTo(1e-6), $"{type}, batch of {batch}");
        }
    }

    private static async Task<LoadedModel> LoadAsync(
        ServingRig rig, ServedChampion champion)
    {
        var served = await rig.Get<ServedModelLoader>().LoadAsync(champion, default);
        Assert.That(served.Loaded.TryShare(), Is.True);
        served.Release();
        return served.Loaded;
    }

    /// <summary>The rows of the evaluator up to an origin, as a client sends them.</summary>
    private static async Task<Forecast> AskAsync(ServingRig rig, EvaluationFrame frame, int n)
    {
        var (first, last) = (RowAt(frame.Series.Timestamps[0]), RowAt(frame.Series.Timestamps[frame.Origins[n]]));
        var rows = Enumerable.Range(first, last - first + 1).ToList();
        var data = new JsonObject
        {
            ["time"] = new JsonArray([.. rows.Select(r => JsonValue.Create(At(r)))]),
            ["down"] = new JsonArray([.. rows.Select(r => JsonValue.Create(Values(r).Down))]),
            ["up"] = new JsonArray([.. rows.Select(r => JsonValue.Create(Values(r).Up))]),
        };
        using var request = SentRows.Request(new JsonObject { ["data"] = data, ["inference_length"] = Steps });
        return await rig.Get<PredictService>().PredictAsync(request, null, new("test", BringsMore: true), default);
    }

    private static string Csv() => "time,down,up\n" + string.Concat(Enumerable.Range(0, Rows).Select(r =>
        string.Create(CultureInfo.InvariantCulture, $"{At(r)},{Values(r).Down},{Values(r).Up}\n")));

    private static string At(int row) => _start.AddHours(row).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static int RowAt(DateTime time) => (int)(time - _start).TotalHours;

    /// <summary>A day's cycle, a week's, and what nobody foresees.</summary>
    private static (double Down, double Up) Values(int row)
    {
        var (day, week) = (Math.Sin(row * Math.PI / 12), Math.Cos(row * Math.PI / 84));
        var noise = row * 7919 % 101 / 100.0;
        return (1e8 * (3 + day + (0.3 * week) + (0.5 * noise)), 1e6 * (5 - day + noise));
    }
}
