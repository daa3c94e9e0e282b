using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Bands;

[TestFixture, Parallelizable]
internal sealed class BandJudgeTests
{
    private static readonly PreparedDataset _data = Seasons.Hourly(1000); // 200 test rows
    private static readonly EvaluationFrame _frame = EvaluationFrame.Of(_data, 10);

    [Test]
    public void The_first_band_of_a_short_test_part_is_the_one_step_score()
    {
        var naive = Fit(new NaiveFamily());
        var forecast = naive.Forecast(_frame.Origins, 1);
        var score = ForecastMetrics.Score("NAIVE", _frame.Truth, forecast, _data.Meta.Scaler, _data.Meta.Targets);

        var band = Judge(naive).Scores(null, new ScoreWeights())[0];

        Assert.That(band.Rmse, Is.EqualTo(score.Rmse!.Value).Within(1e-12));
        Assert.That(band.Mae, Is.EqualTo(score.Mae!.Value).Within(1e-12));
        Assert.That(band.Score, Is.EqualTo(score.Score!.Value).Within(1e-12));
        Assert.That((band.Skill, band.Windows), Is.EqualTo(((double?)null, 200.0)));
    }

    [Test]
    public void A_band_is_scored_on_all_its_leads_against_naive_on_the_same_cells()
    {
        var (naive, other) = (Fit(new NaiveFamily()), Fit(new SeasonalNaiveFamily()));

        var bands = Judge(other).Scores(Judge(naive), new ScoreWeights());

        // 4-12: leads 4 to 12 from every scored origin, where the truth is still test.
        var (own, its) = (ByHand(other, 4, 12), ByHand(naive, 4, 12));
        Assert.That(bands[2].Rmse, Is.EqualTo(own).Within(1e-12));
        Assert.That(bands[2].Skill, Is.EqualTo(1 - (own / its)).Within(1e-12));
        Assert.That(Judge(naive).Scores(Judge(naive), new ScoreWeights()).Select(b => b.Skill), Is.All.EqualTo(0));
    }

    [Test]
    public void Errors_by_origin_are_those_of_the_band()
    {
        var errors = Judge(Fit(new NaiveFamily()))[new LeadBand(4, 12)]!;
        var score = Judge(Fit(new NaiveFamily())).Scores(null, new ScoreWeights())[2].Score;

        var (half, rest) = (errors.Origins.Between(0, 100), errors.Origins.Between(100, 200));

        Assert.That(half.With(rest).Score(new ScoreWeights()), Is.EqualTo(score!.Value).Within(1e-12));
        Assert.That(half.Weight, Is.EqualTo(100 * 9 * 2), "origins x leads x targets");
    }

    [Test]
    public void Coverage_and_interval_score_come_from_the_models_own_residuals()
    {
        // 99 residuals from -4.9 to 4.9: the interval of 80 % is forecast -4 .. +4, that of 95 % wider.
        double[] spread = [.. Enumerable.Range(-49, 99).Select(i => i / 10.0)];
        var residuals = new ValidationResiduals(1, _data.Meta.Targets, [spread, spread]);
        var naive = Fit(new NaiveFamily());

        var band = Judge(naive, new ConformalIntervals(residuals, _data.Meta.Targets)).Scores(null, new ScoreWeights())[0];

        var (covered, interval) = (new double[2], new double[2]);
        for (var m = 0; m < 2; m++)
        {
            var column = _data.Meta.Scaler[_data.Meta.Targets[m]];
            var errors = _frame.Origins.Select((o, n) => Math.Abs(_frame.Truth[n, 0, m] - naive.Forecast([o], 1)[0, 0, m])).ToArray();
            covered[m] = errors.Average(e => e <= 4 + 1e-9 ? 1.0 : 0);
            interval[m] = errors.Average(e => (8 + (10 * Math.Max(0, e - 4))) / (column.Max - column.Min));
        }

        Assert.That(band.Coverage80, Is.EqualTo(covered.Average()).Within(1e-12).And.LessThan(1));
        Assert.That(band.IntervalScore80, Is.EqualTo(interval.Average()).Within(1e-9));
        Assert.That(band.Coverage95, Is.GreaterThanOrEqualTo(band.Coverage80));
        Assert.That(Judge(naive).Scores(null, new ScoreWeights())[0].Coverage80, Is.Null, "without residuals there is none");
    }

    [Test]
    public void What_a_model_cannot_reach_is_named_and_the_rest_judged()
    {
        var errors = Judge(new ForecastReplay(new Short(_data), _frame.Series, _frame.Series, _data.Restorer));

        Assert.That(errors.Scores(null, new ScoreWeights()).Select(b => b.To), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(errors.NotJudged!.Keys, Is.EqualTo(new[] { "4-12", "13-24" }));
        Assert.That(errors.NotJudged["4-12"], Is.EqualTo("at most 3 steps"));
    }

    [Test]
    public void Knots_have_lines_of_their_own() => Assert.That(
        Judge(Fit(new NaiveFamily())).Leads().Select(l => l.Lead), Is.EqualTo(new[] { 1, 2, 5, 10, 15 }));

    [Test]
    public void Cells_that_may_not_be_scored_are_dropped_at_every_lead()
    {
        var (from, to) = (_data.Test.Timestamps[50], _data.Test.Timestamps[99]);
        var hidden = _frame.Where(t => t < from || t > to, t => t < from || t > to);
        var naive = Fit(new NaiveFamily());

        var day = Judge(naive, frame: hidden)[new LeadBand(13, 24)]!;

        Assert.That(day.Origins.Between(30, 31).Weight, Is.EqualTo(2 * 8), "leads 13 to 20 are rows 42 to 49");
        Assert.That(day.Origins.Between(40, 41).Weight, Is.EqualTo(0));
    }

    private static ForecastReplay Fit(IForecasterFamily family) => new(
        family.Create([]).Fit(_data.TrainingSet, new FitContext(1, null, default)).Model, _frame.Series, _frame.Series, _data.Restorer);

    private static ModelErrors Judge(ForecastReplay model, ConformalIntervals? intervals = null, EvaluationFrame? frame = null)
    {
        var scored = frame ?? _frame;
        var plan = BandPlan.Of(Season.Steps(_data.Meta.Step), scored.ScoredRows);
        return new BandJudge(BandFrame.Of(scored, plan), _data.Meta.Scaler, _data.Meta.Targets).Judge("M", model, intervals, default);
    }

    private static double ByHand(ForecastReplay model, int from, int to)
    {
        var (sum, cells) = (0.0, 0);
        var forecast = model.Forecast(_frame.Origins, to);
        for (var n = 0; n < _frame.ScoredRows; n++)
        {
            for (var lead = from; lead <= to && n + lead - 1 < _frame.ScoredRows; lead++)
            {
                for (var m = 0; m < 2; m++, cells++)
                {
                    var column = _data.Meta.Scaler[_data.Meta.Targets[m]];
                    sum += Math.Pow(
                        (forecast[n, lead - 1, m] - _data.TestTruth[m][n + lead - 1]) / (column.Max - column.Min), 2);
                }
            }
        }

        return Math.Sqrt(sum / cells);
    }

    /// <summary>Answers three steps at most.</summary>
    private sealed class Short(PreparedDataset data) : IFittedForecaster
    {
        public ModelSignature Signature { get; } = new("SHORT", data.Meta.Targets, data.Meta.Targets, 1, 3, data.Meta.Step);

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) =>
            steps <= 3 ? new double[windows.Count, steps, 2] : throw new InvalidInputException("at most 3 steps");

        public IReadOnlyDictionary<string, byte[]> Save() => new Dictionary<string, byte[]>();

        public void Dispose()
        {
        }
    }
}
