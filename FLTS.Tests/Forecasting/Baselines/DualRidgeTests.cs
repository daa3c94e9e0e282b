using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Baselines;

/// <summary>AR where rows are fewer than features: a system of the rows' size gives the coefficients of that of the features.</summary>
[Parallelizable]
public class DualRidgeTests
{
    [TestCase(1e-3)]
    [TestCase(1.0)]
    public void The_dual_form_gives_the_coefficients_of_the_primal(double penalty)
    {
        var lags = Lags(rows: 60, columns: 12, inputLength: 10, gapAt: 25);
        int[] answers = [0, 3, 11], every = [0, 1, 2];
        bool[] observed = [.. Enumerable.Range(0, 60).Select(i => i % 9 != 4)];
        int[] rows = [.. lags.Explained(observed, new RowSpan(0, 60))];
        Assert.That(lags.Features, Is.GreaterThan(2 * rows.Length));
        var primal = NormalEquations.Of(lags, observed, answers, new RowSpan(0, 60), default).Solve(penalty);

        var dual = new DualRidge(lags, rows, DualRidge.Products(lags, rows, default), answers);
        var weights = dual.Solve(penalty, every);

        for (var k = 0; k < answers.Length; k++)
            Assert.That(dual.Coefficients(weights[k], k), Is.EqualTo(primal[k]).Within(1e-8));
        Assert.That(dual.Coefficients(dual.Solve(penalty, [2])[0], 2), Is.EqualTo(primal[2]).Within(1e-8), "one of them alone");
    }

    [Test]
    public void Rows_that_were_not_fitted_have_the_error_that_the_coefficients_make()
    {
        var lags = Lags(rows: 50, columns: 8, inputLength: 10);
        int[] rows = [.. Enumerable.Range(10, 40)], fitted = rows[..30], answers = [1];
        var products = DualRidge.Products(lags, rows, default);
        var dual = new DualRidge(lags, fitted, products, answers);
        var weights = dual.Solve(1e-2, [0])[0];
        var coefficients = dual.Coefficients(weights, 0);

        var row = new double[lags.Features];
        var expected = rows[30..].Sum(t =>
        {
            lags.TryFill(t, row);
            var error = lags.At(t, 1) - Vectors.Dot(row, coefficients);
            return error * error;
        });
        Assert.That(dual.SquaredError(weights, 0, 1, rows.AsSpan(30), products.AsSpan(30)), Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void A_wide_table_is_fitted_by_its_rows_and_forecasts_what_it_can()
    {
        // Two hundred columns follow one wave: with 240 rows there are eight times as many features.
        var random = new Random(3);
        var columns = Enumerable.Range(0, 200)
            .Select(c => ($"c{c}", Enumerable.Range(0, 240).Select(i => Math.Sin((i + c) / 9.0) + (random.NextDouble() / 100)).ToArray()))
            .ToArray();
        var data = DatasetPreparer.Prepare(Tables.Config("""{"calendar": false}"""), Tables.Make("x.csv", 0, columns));

        var fit = new ArFamily().Create([]).Fit(data.TrainingSet, new FitContext(1, null, default));
        using var model = fit.Model;
        using var unseen = fit.BeforeRefit;

        Assert.That(fit.History[0].ValRmse, Is.LessThan(0.02), "a step of the wave is 0.05 of its range");
    }

    [Test]
    public void A_reference_that_would_take_too_long_says_so_with_its_size()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"calendar": false}"""),
            Tables.Make("x.csv", 0, [.. Enumerable.Range(0, 20).Select(c => ($"c{c}", Tables.Walk(200, c)))]));

        Assert.That(
            () => new ArFamily().Create([]).Fit(data.TrainingSet, new FitContext(1, null, default, MostOperations: 1e6)),
            Throws.TypeOf<NotApplicableException>().With.Message.Matches(
                @"^AR would take about [\d,]+ million multiplications \(20 targets, input_len 10 times 20 columns, 160 rows\); at most"));
    }

    private static LagRows Lags(int rows, int columns, int inputLength, int gapAt = int.MaxValue)
    {
        var random = new Random(5);
        var series = new PreparedSeries
        {
            Timestamps = [.. Enumerable.Range(0, rows).Select(i => Tables.Start.AddMinutes(i < gapAt ? i : i + 500))],
            Segments = [.. Enumerable.Range(0, rows).Select(i => i < gapAt ? 0 : 1)],
            Step = TimeSpan.FromMinutes(1),
            Columns = [.. Enumerable.Range(0, columns).Select(c => $"c{c}")],
            Values = [.. Enumerable.Range(0, columns).Select(_ => Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray())],
            Observed = [.. Enumerable.Range(0, columns).Select(_ => Enumerable.Repeat(true, rows).ToArray())],
            Targets = ["c0"],
        };
        return new LagRows(series, inputLength, [.. Enumerable.Range(0, columns).Select(_ => new ColumnSpread(0.5, 0.3))]);
    }
}
