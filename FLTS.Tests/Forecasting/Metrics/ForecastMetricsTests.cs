using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Metrics;

[Parallelizable]
public class ForecastMetricsTests
{
    /// <summary>Train range 0 to 1: metrics on min-max scale are those of the values as they stand.</summary>
    private static readonly Scaler _unit = new(ScalerKind.MinMax, [Column("a"), Column("b"), Column("c"), Column("d")]);

    [Test]
    public void Metrics_agree_with_scikit_learn()
    {
        var reference = Golden.Preprocessing["metrics"]!;
        var score = Score(Cube(reference["y_true"]!), Cube(reference["y_pred"]!));
        Assert.Multiple(() =>
        {
            Assert.That(score.Mse, Is.EqualTo(reference["mse"]!.GetValue<double>()).Within(1e-12));
            Assert.That(score.Mae, Is.EqualTo(reference["mae"]!.GetValue<double>()).Within(1e-12));
            Assert.That(score.Rmse, Is.EqualTo(reference["rmse"]!.GetValue<double>()).Within(1e-12));
            Assert.That(score.R2, Is.EqualTo(reference["r2_uniform"]!.GetValue<double>()).Within(1e-12));
            Golden.AssertClose(
                [.. score.PerTarget.Values.Select(t => t.R2!.Value)],
                Golden.Vector(reference["r2_raw"]),
                "r2 of each target");
            Assert.That(score.Score, Is.EqualTo((0.5 * score.Rmse) + (0.3 * score.Mae) + (0.2 * score.Mse)).Within(1e-15));
        });
    }

    [Test]
    public void A_constant_truth_counts_one_when_hit_exactly_and_zero_otherwise()
    {
        double[,,] truth = { { { 1, 1, 1, 1 } }, { { 1, 1, 1, 1 } } };
        double[,,] forecast = { { { 1, 1, 1, 1 } }, { { 1, 1.5, 1, 1 } } };
        Assert.That(Score(truth, forecast).PerTarget.Values.Select(t => t.R2), Is.EqualTo(new[] { 1, 0, 1, 1 }));
    }

    [Test]
    public void Errors_are_put_on_train_s_own_scale_and_kept_in_original_units()
    {
        var scaler = new Scaler(ScalerKind.Standard, [new ColumnScale("a", 7, 3, 100, 300, 10, 0)]);
        var score = ForecastMetrics.Score(
            "m",
            new double[,,] { { { 150 } }, { { 250 } } },
            new double[,,] { { { 170 } }, { { 250 } } },
            scaler,
            ["a"]);
        var target = score.PerTarget["a"];
        Assert.Multiple(() =>
        {
            Assert.That(score.Mae, Is.EqualTo(0.05).Within(1e-15));
            Assert.That(score.Mse, Is.EqualTo(0.005).Within(1e-15));
            Assert.That(
                target.Original,
                Is.EqualTo(new OriginalScore(Math.Sqrt(200), 10, Math.Sqrt(200) / 200))
                    .Using<OriginalScore>((x, y) =>
                        Math.Abs(x.Rmse - y.Rmse) + Math.Abs(x.Mae - y.Mae) + Math.Abs(x.Nrmse!.Value - y.Nrmse!.Value) < 1e-12));
            Assert.That(score.Mase, Is.EqualTo(1).Within(1e-12), "a mean error of 10 over a mean step of 10");
        });
    }

    [Test]
    public void Cells_that_were_not_observed_count_nowhere()
    {
        double[,,] truth = { { { 0.5, double.NaN, 0, 0 } }, { { double.NaN, double.NaN, 0, 0 } } };
        double[,,] forecast = { { { 0.75, 9, 0, 0 } }, { { 9, 9, 0, 0 } } };
        var score = Score(truth, forecast);
        Assert.That(score.Mae, Is.EqualTo(0.25 / 5).Within(1e-15), "five cells were observed");
        Assert.That(score.PerTarget["b"], Has.Property("Mse").Null.And.Property("Cells").EqualTo(0));
        Assert.That(score.PerTarget["b"].Undefined!["rmse"], Is.EqualTo("no observed cell in the scored set"));
        Assert.That(score.PerTarget["a"].Undefined!["r2"], Is.EqualTo("fewer than two observed cells"));
    }

    [Test]
    public void A_flat_target_is_reported_and_left_out_of_what_is_pooled()
    {
        var scaler = new Scaler(ScalerKind.MinMax, [Column("a"), new ColumnScale("flat", 5, 1, 5, 5, 0, 5)]);
        var score = ForecastMetrics.Score(
            "m",
            new double[,,] { { { 0.5, 8 } }, { { 0.75, 5 } } },
            new double[,,] { { { 0.25, 5 } }, { { 0.75, 5 } } },
            scaler,
            ["a", "flat"]);
        Assert.That(score.Mae, Is.EqualTo(0.125));
        Assert.That(score.PerTarget["flat"], Has.Property("Flat").True.And.Property("Mae").EqualTo(1.5));
        Assert.That(score.PerTarget["flat"].Undefined!["mase"], Is.EqualTo("the target never changes from row to row in train"));
    }

    [Test]
    public void Skill_compares_with_naive_and_steps_are_kept_apart()
    {
        double[,,] truth = { { { 0, 0, 0, 0 }, { 0, 0, 0, 0 } } };
        double[,,] forecast = { { { 0.1, 0.1, 0.1, 0.1 }, { 0.3, 0.3, 0.3, 0.3 } } };
        double[,,] naive = { { { 0.2, 0.2, 0.2, 0.2 }, { 0.6, 0.6, 0.6, 0.6 } } };
        var score = ForecastMetrics.Score("m", truth, forecast, _unit, ["a", "b", "c", "d"], naive);
        Assert.That(score.Skill, Is.EqualTo(0.5).Within(1e-12));
        Assert.That(
            score.PerStep.Select(s => (s.Step, s.Cells, Math.Round(s.Rmse!.Value, 12))),
            Is.EqualTo(new[] { (1, 4, 0.1), (2, 4, 0.3) }));
        Assert.That(score.Mae, Is.EqualTo(0.2).Within(1e-15));
    }

    [Test]
    public void Target_weights_move_what_is_pooled()
    {
        double[,,] truth = { { { 0, 0, 0, 0 } } };
        double[,,] forecast = { { { 1, 0, 0, 0 } } };
        Assert.That(Score(truth, forecast).Mae, Is.EqualTo(0.25));
        var weighted = ForecastMetrics.Score(
            "m", truth, forecast, _unit, ["a", "b", "c", "d"], targetWeights: new Dictionary<string, double> { ["a"] = 5 });
        Assert.That(weighted.Mae, Is.EqualTo(5 / 8.0));
    }

    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "infinite")]
    public void A_forecast_that_is_not_finite_fails_its_candidate_by_name(double value, string word)
    {
        double[,,] forecast = { { { 0, value, 0, 0 } } };
        Assert.That(
            () => ForecastMetrics.Score("GRU 12ab", new double[1, 1, 4], forecast, _unit, ["a", "b", "c", "d"]),
            Throws.TypeOf<NonFiniteForecastException>()
                .With.Message.Contains($"GRU 12ab: the forecast of 'b' is {word} at scored row 0, step 1"));
    }

    [Test]
    public void An_empty_scored_set_is_undefined_with_a_reason_and_not_zero()
    {
        var score = Score(new double[0, 1, 4], new double[0, 1, 4]);
        Assert.That(score, Has.Property("Score").Null.And.Property("Rmse").Null);
        Assert.That(score.Undefined!["score"], Is.EqualTo("no test row has enough rows before it in its segment"));
    }

    private static ForecastScore Score(double[,,] truth, double[,,] forecast) =>
        ForecastMetrics.Score("m", truth, forecast, _unit, ["a", "b", "c", "d"]);

    private static ColumnScale Column(string name) => new(name, 0, 1, 0, 1, 0.1, 0);

    private static double[,,] Cube(System.Text.Json.Nodes.JsonNode rows)
    {
        var columns = Golden.Columns(rows);
        var cube = new double[columns[0].Length, 1, columns.Length];
        for (var c = 0; c < columns.Length; c++)
        {
            for (var t = 0; t < columns[c].Length; t++)
                cube[t, 0, c] = columns[c][t];
        }

        return cube;
    }
}
