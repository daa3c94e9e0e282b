using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Compute;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Monitoring.Live;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>Canonical forecasts of models that do not answer as far as others.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveScorerTests
{
    private const int Reach = 10;

    [TestCase(true, new[] { "1", "2", "5", "10", "15" }, Description = "One that is fed its forecasts is asked lead by lead at once.")]
    [TestCase(false, new[] { "1", "2 5 10 15", "2", "5", "10", "15" }, Description = "Another for all together first.")]
    public void A_model_without_an_answer_far_ahead_is_scored_lead_by_lead_up_to_there(bool feedsBack, string[] asked)
    {
        var table = Tables.At(
            "x.csv", [.. Enumerable.Range(0, 200).Select(i => 60 * i)], ("load", Tables.Walk(200, 1)), ("other", Tables.Walk(200, 2)));
        var config = Tables.Config("""{"targets": ["load"], "inputs": ["load", "other"], "calendar": false}""");
        var data = DatasetPreparer.Prepare(config, table.Cut(.., table));
        using var model = new Near(new ModelSignature(
            "NEAR", ["load", "other"], ["load"], 3, Reach, data.Meta.Step, Ahead: feedsBack ? null : ["other"]), feedsBack);
        var live = new LiveModel(new CanonicalModel(model, data.Meta.Scaler, null), config, default, [], 0, model);
        var champion = new ScoredModel("near", default, true, live) { CountsFrom = default };
        var scorer = new LiveScorer([champion], new CanonicalGrid(data.Meta.Step), null, null);

        var turn = scorer.Score(
            table, new LiveSpan(Tables.Start.AddHours(150), Tables.Start.AddHours(199), true), new Parallelism(1));

        Assert.That(turn.Hours.Select(h => h.Lead).Distinct(), Is.EqualTo(new[] { 1, 2, 5, 10 }));
        Assert.That(turn.HourSpans.Select(h => h.Lead), Is.EqualTo(new[] { 1, 2, 5, 10 }));
        Assert.That(model.Asked.Take(asked.Length), Is.EqualTo(asked));
        Assert.That(turn.Forecasts, Has.Count.EqualTo(feedsBack ? 49 : 0), "those of one that has to be told are not kept");
        foreach (var (_, _, packed) in turn.Forecasts)
        {
            Assert.That(Enumerable.Range(0, 5).Select(l => float.IsFinite(BitConverter.ToSingle(packed, l * 5 * sizeof(float)))),
                Is.EqualTo(new[] { true, true, true, true, false }));
        }
    }

    private sealed class Near(ModelSignature signature, bool feedsBack) : IFittedForecaster
    {
        /// <summary>Leads that were asked for together, once for each turn of questions.</summary>
        public List<string> Asked { get; } = [];

        public ModelSignature Signature => signature;

        public bool FeedsBack => feedsBack;

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) => throw new NotSupportedException();

        public double[,,] ForecastAt(IReadOnlyList<Window> windows, IReadOnlyList<int> leads)
        {
            if (Asked.LastOrDefault() is var last && string.Join(' ', leads) is var now && last != now)
                Asked.Add(now);
            return leads[^1] <= Reach
                ? new double[windows.Count, leads.Count, 1]
                : throw new InvalidInputException("Its inputs are not known so far ahead.");
        }

        public IReadOnlyDictionary<string, byte[]> Save() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
