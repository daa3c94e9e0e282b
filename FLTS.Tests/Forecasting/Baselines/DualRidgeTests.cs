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
    [TestCase(1e-3, false)]
    [TestCase(1.0, false)]
    [TestCase(1e-1, true)]
    public void The_dual_form_gives_the_coefficients_of_the_primal(double penalty, bool beside)
    {
        var lags = Lags(rows: 60, columns: 12, inputLength: 10, gapAt: 25);
        int[] answers = [0, 3, 11], every = [0, 1, 2];
        bool[] observed = [.. Enumerable.Range(0, 60).Select(i => i % 9 != 4)];
        var lead = Lead(lags, answers, beside);
        int[] rows = [.. lead.Explained(observed, new RowSpan(0, 60))];
        Assert.That(lead.Features, Is.GreaterThan(2 * rows.Length));
        var primal = NormalEquations.Of(lead, rows, new LagSums(lags), default).Solve(penalty);

        var dual = new DualRidge(lead, rows, DualRidge.Products(lead, rows, default));
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
        var lead = Lead(lags, answers, beside: false);
        var products = DualRidge.Products(lead, rows, default);
        var dual = new DualRidge(lead, fitted, products);
        var weights = dual.Solve(1e-2, [0])[0];
        var coefficients = dual.Coefficients(weights, 0);

        var row = new double[lead.Features];
        var expected = rows[30..].Sum(t =>
        {
            lead.Fill(t, row);
            var error = lags.At(t, 1) - Vectors.Dot(row, coefficients);
            return error * error;
        });
        Assert.That(dual.SquaredError(weights, 0, rows.AsSpan(30), products.AsSpan(30)), Is.EqualTo(expected).Within(1e-9));
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
                @"^AR would take about [\d,]+ million multiplications \(20 targets, input_len 10 times 20 columns, 160 rows, 1 times\);"));
    }

    [Test]
    public void Sums_moved_from_one_set_of_rows_to_another_are_those_of_the_other()
    {
        var lags = Lags(rows: 90, columns: 3, inputLength: 4);
        var moved = new LagSums(lags);
        int[][] sets = [[.. Enumerable.Range(4, 80)], [.. Enumerable.Range(10, 70).Where(t => t % 5 > 0)], [20, 50], [21, 22, 50]];
        foreach (var rows in sets)
        {
            moved.Move(rows, default);
            var anew = new LagSums(lags);
            anew.Move(rows, default);
            for (var p = 0; p < lags.Width; p++)
                Assert.That(moved.Gram[p], Is.EqualTo(anew.Gram[p]).Within(1e-9), $"{rows.Length} rows, {p}");
        }
    }

    private static LeadRows Lead(LagRows lags, int[] answers, bool beside) => new(
        lags,
        1,
        [.. answers.Select(a => Enumerable.Range(0, lags.Series.Rows).Select(t => lags.At(t, a)).ToArray())],
        beside ? [.. Enumerable.Range(0, 2 * lags.Series.Rows).Select(i => Math.Sin(i))] : null);

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
