using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture, Parallelizable]
internal sealed class ChampionTimesTests
{
    private static readonly ZoneClock _madrid = ZoneClock.Of("Europe/Madrid");

    [Test]
    public void A_champion_of_local_times_is_compared_with_instants_on_the_rows_it_has_not_seen()
    {
        var data = DatasetPreparer.Prepare(Tables.Config("""{"timezone": "Europe/Madrid"}"""), new RawTable
        {
            Name = "x.csv",
            TimestampColumn = "time",
            Timestamps = [.. Enumerable.Range(0, 2000).Select(h => new DateTime(2024, 8, 10).AddHours(h))],
            Columns = ["a"],
            Header = ["a"],
            Values = [Tables.Walk(2000, 1)],
            Clock = _madrid,
        });
        var frame = EvaluationFrame.Of(data, 1);
        var seen = frame.Series.Timestamps[frame.Origins[149] + 1];
        var champion = Champion(data, new ManifestSpan(_madrid.Local(data.Train.Timestamps[0]), _madrid.Local(seen), 1));

        Assert.That(frame.Series.Timestamps[^1], Is.GreaterThan(new DateTime(2024, 10, 28)), "over the change of clocks");
        Assert.That(ChampionComparability.Incomparable(data, champion), Is.Null);
        var (unseen, incomparable) = ChampionComparability.Unseen(frame, champion, 0);
        Assert.That((unseen.ScoredRows, incomparable), Is.EqualTo((frame.ScoredRows - 150, (string?)null)));
        var replay = new ForecastReplay(unseen.Series, data.Meta.Scaler, champion.Forecaster, champion.Scaler);
        Assert.That(replay.Forecast(unseen.Origins, unseen.Horizon).GetLength(0), Is.EqualTo(unseen.ScoredRows));
    }

    [Test]
    public void Times_are_the_other_s_whichever_of_both_has_a_zone()
    {
        SeriesStep plain = TimeSpan.FromHours(1);
        var zoned = plain with { Clock = _madrid };
        var (utc, local) = (new DateTime(2024, 7, 1, 10, 0, 0), new DateTime(2024, 7, 1, 12, 0, 0));
        Assert.That(SeriesTimes.Convert(local, plain, zoned), Is.EqualTo(utc));
        Assert.That(SeriesTimes.Convert(utc, zoned, plain), Is.EqualTo(local));
        Assert.That(SeriesTimes.Convert(utc, zoned, zoned with { Clock = ZoneClock.Of("Asia/Tokyo") }), Is.EqualTo(utc));
        Assert.That(SeriesTimes.IsSameStep(plain, zoned), Is.True);
        Assert.That(SeriesTimes.IsSameStep(SeriesStep.OfMonths(1, atEnd: false), SeriesStep.OfMonths(1, atEnd: true)), Is.False);
    }

    private static LoadedModel Champion(PreparedDataset data, ManifestSpan fitted)
    {
        var meta = data.Meta;
        var manifest = new ArtifactManifest(
            new("old"), 1, "NAIVE", new(meta.ConfigHash), new("params"), new("x"), [], meta.Columns, meta.Targets, 1, 1, 3600, false,
            fitted, null, new GoldenPrediction(0, [], 0), null, new Dictionary<string, string>(), []);
        var model = new NaiveFamily().Load(
            manifest.Signature(), [], new Dictionary<string, byte[]> { ["model.json"] = """{"model_type": "NAIVE"}"""u8.ToArray() });
        return new LoadedModel(manifest, model, meta.Scaler, meta.Config);
    }
}
