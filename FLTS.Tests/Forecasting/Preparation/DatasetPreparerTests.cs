using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class DatasetPreparerTests
{
    [Test]
    public void The_last_fifth_of_the_rows_is_test_and_follows_train()
    {
        var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(103, 1))));
        Assert.That((data.Train.Rows, data.Test.Rows), Is.EqualTo((82, 21)), "the test part is rounded up");
        Assert.That(data.Test.Timestamps[0], Is.EqualTo(data.Train.Timestamps[^1].AddMinutes(1)));
        Assert.That(data.Meta, Has.Property("TestFollowsTrain").True.And.Property("ValidationStart").EqualTo(82 - 17));
    }

    [Test]
    public void Columns_are_targets_further_inputs_lags_calendar()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"targets": ["b"], "inputs": ["a"], "lags": [2, 1]}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(60, 1)), ("b", Tables.Walk(60, 2)), ("c", Tables.Walk(60, 3))));
        Assert.That(
            data.Train.Columns, Is.EqualTo(new[] { "b", "a", "b_lag_1", "b_lag_2", "a_lag_1", "a_lag_2" }.Concat(CalendarFeatures.Names)));
        Assert.That(data.Train.Targets, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void Lags_are_earlier_values_inside_the_segment_and_those_of_test_reach_into_train()
    {
        int[] minutes = [.. Enumerable.Range(0, 60), .. Enumerable.Range(200, 60)];
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"lags": [3], "calendar": false, "test_fraction": 0.25, "scaler": "None"}"""),
            Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)m)])));
        Assert.That(data.Train.Rows, Is.EqualTo(90 - 6), "three rows of each of two segments have no lag");
        Assert.That(data.Test.Rows, Is.EqualTo(30), "test has its first lags from train");
        Assert.That(data.TestTruth[0], Is.EqualTo(data.Test.Values[0]));
        foreach (var series in new[] { data.Train, data.Test })
            Assert.That(series.Values[1], Is.EqualTo(series.Values[0].Select(v => v - 3)));
    }

    [TestCase("10m", 90)]
    [TestCase("1h", 40)]
    public void The_newest_span_is_test_where_it_is_stated_and_there_is_no_test_file(string span, int testStart)
    {
        var table = Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1)));
        var data = DatasetPreparer.Prepare(Tables.Config($$"""{"test_span": "{{span}}"}"""), table);
        Assert.That((data.Train.Rows, data.Test.Timestamps[0]), Is.EqualTo((testStart, Tables.Start.AddMinutes(testStart))));

        var ignored = DatasetPreparer.Prepare(
            Tables.Config($$"""{"test_span": "{{span}}"}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1))),
            Tables.Make("x_test.csv", 100, ("a", Tables.Walk(7, 1))));
        Assert.That((ignored.Train.Rows, ignored.Test.Rows), Is.EqualTo((100, 7)));
        Assert.That(ignored.Meta.Report.Warnings, Has.One.Contains($"'test_span' {span} does nothing"));
    }

    [Test]
    public void A_span_of_test_that_leaves_nothing_to_train_on_is_refused() => Assert.That(
        () => DatasetPreparer.Prepare(
            Tables.Config("""{"test_span": "100m"}"""), Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1)))),
        Throws.TypeOf<InvalidInputException>().With.Message.Contains("within the newest 100m that are test (test_span)"));

    [TestCase("head", 0, 80)]
    [TestCase("tail", 30, 95)]
    public void A_sample_is_taken_where_the_strategy_says(string strategy, int trainStart, int testStart)
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config($$"""{"sample_train_rows": 50, "sample_test_rows": 5, "sample_strategy": "{{strategy}}"}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1))));
        Assert.That((data.Train.Timestamps[0], data.Train.Rows), Is.EqualTo((Tables.Start.AddMinutes(trainStart), 50)));
        Assert.That((data.Test.Timestamps[0], data.Test.Rows), Is.EqualTo((Tables.Start.AddMinutes(testStart), 5)));
    }

    [Test]
    public void A_random_sample_is_one_block_and_the_same_for_the_same_seed()
    {
        PreparedDataset Prepare(int seed) => DatasetPreparer.Prepare(
            Tables.Config($$"""{"sample_train_rows": 50, "sample_strategy": "random", "sample_seed": {{seed}}}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(10_000, 1))));
        var (once, again) = (Prepare(7), Prepare(7));
        Assert.That(again.Train.Timestamps, Is.EqualTo(once.Train.Timestamps));
        Assert.That(once.Train.Segments, Is.EqualTo(new int[50]));
        Assert.That(Enumerable.Range(0, 20).Select(s => Prepare(s).Train.Timestamps[0]).Distinct().Count(), Is.GreaterThan(15));
    }

    [Test]
    public void Holes_of_test_take_the_last_value_seen_from_train_at_its_start()
    {
        double[] values =
        [
            .. Enumerable.Range(0, 78).Select(i => (double)i),
            double.NaN,
            79,
            double.NaN,
            double.NaN,
            82,
            double.NaN,
            .. Enumerable.Range(84, 16).Select(i => (double)i),
        ];
        values[79] = double.NaN; // the last train row: interpolated towards nothing but train
        var data = DatasetPreparer.Prepare(Tables.Config("""{"scaler": "None"}"""), Tables.Make("x.csv", 0, ("a", values)));
        Assert.That(data.Train.Values[0][77..], Is.EqualTo(new double[] { 77, 77, 77 }));
        Assert.That(data.Test.Values[0][..5], Is.EqualTo(new double[] { 77, 77, 82, 82, 84 }));
        Assert.That(data.Test.Observed[0][..5], Is.EqualTo(new[] { false, false, true, false, true }));
        Assert.That(data.TestTruth[0][..3], Is.EqualTo(new[] { double.NaN, double.NaN, 82 }));
    }

    [Test]
    public void Drop_rows_drops_what_misses_too_much_and_puts_a_border_there()
    {
        var (a, b, c) = (Tables.Walk(100, 1), Tables.Walk(100, 2), Tables.Walk(100, 3));
        (a[20], b[20]) = (double.NaN, double.NaN); // two of three: dropped
        a[40] = double.NaN; // one of three is 0.3333 > 0.33: dropped
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"missing": "drop_rows"}"""),
            Tables.Make("x.csv", 0, ("a", a), ("b", b), ("c", c)));
        Assert.That((data.Train.Rows, data.Meta.Report.DroppedRows), Is.EqualTo((78, 2)));
        Assert.That((data.Train.Segments[19], data.Train.Segments[20], data.Train.Segments[^1]), Is.EqualTo((0, 1, 2)));
    }

    [Test]
    public void A_flat_column_gets_scale_one_is_listed_and_restored_as_its_constant()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config(),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1)), ("flat", [.. Enumerable.Repeat(2.5, 80), .. Enumerable.Repeat(9.0, 20)])));
        Assert.That(data.Meta.Report.FlatColumns, Is.EqualTo(new[] { "flat" }));
        Assert.That(data.Train.FlatTargets, Is.EqualTo(new[] { "flat" }));
        Assert.That(data.Train.Values[1], Is.All.EqualTo(0));
        Assert.That(data.Restorer.Restore(new[, ,] { { { 0.0, 123 } } }, data.Train, [0])[0, 0, 1], Is.EqualTo(2.5));
        Assert.That(data.Meta.Report.Warnings, Has.One.Contains("Column 'flat' is flat in train"));
    }

    [Test]
    public void Clipping_touches_the_inputs_and_never_the_truth()
    {
        var values = Tables.Walk(100, 1);
        (values[10], values[90]) = (1e6, -1e6);
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"clipping": "iqr", "scaler": "None"}"""),
            Tables.Make("x.csv", 0, ("a", values)));
        Assert.That(data.Train.Values[0].Max(), Is.LessThan(200));
        Assert.That(data.Test.Values[0].Min(), Is.GreaterThan(0));
        Assert.That(data.TestTruth[0][10], Is.EqualTo(-1e6));
        Assert.That(data.Meta.Scaler["a"].Max, Is.EqualTo(1e6), "the metrics' scale is that of the data as measured");
    }

    [TestCase("""{"targets": ["z"]}""", "x.csv: column 'z' is listed but not there; the numeric columns are a, b")]
    [TestCase("""{"inputs": ["z"]}""", "x.csv: column 'z' is listed but not there")]
    [TestCase("""{"lags": [100]}""", "no train row has all lags up to 100 rows back")]
    public void An_option_that_does_not_fit_the_data_is_refused(string options, string message) =>
        Assert.That(
            () => DatasetPreparer.Prepare(
                Tables.Config(options), Tables.Make("x.csv", 0, ("a", Tables.Walk(50, 1)), ("b", Tables.Walk(50, 2)))),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));

    [Test]
    public void A_column_without_any_value_in_train_is_refused_by_name()
    {
        double[] late = [.. Enumerable.Repeat(double.NaN, 40), .. Tables.Walk(10, 2)];
        Assert.That(
            () => DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(50, 1)), ("late", late))),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("x.csv: column 'late' has no value at all in the train part"));
    }

    [Test]
    public void A_column_named_like_a_calendar_feature_is_refused() =>
        Assert.That(
            () => DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("min_of_day_sin", Tables.Walk(50, 1)))),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("'min_of_day_sin' bears the name of a derived column"));

    [Test]
    public void A_test_file_before_the_end_of_train_is_refused() =>
        Assert.That(
            () => DatasetPreparer.Prepare(
                Tables.Config(testFile: true),
                Tables.Make("x.csv", 0, ("a", Tables.Walk(50, 1))),
                Tables.Make("x_test.csv", 49, ("a", Tables.Walk(50, 1)))),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains(
                    "x_test.csv: test begins at 2024-01-01 00:49:00, but train (x.csv) ends only at 2024-01-01 00:49:00"));

    [Test]
    public void A_test_file_with_other_columns_is_refused_with_their_names() =>
        Assert.That(
            () => DatasetPreparer.Prepare(
                Tables.Config(testFile: true),
                Tables.Make("x.csv", 0, ("a", Tables.Walk(50, 1)), ("b", Tables.Walk(50, 1))),
                Tables.Make("x_test.csv", 50, ("a", Tables.Walk(50, 1)), ("c", Tables.Walk(50, 1)))),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains("x_test.csv: its columns are not those of x.csv: missing are b; unknown are c"));

    [Test]
    public void The_scored_set_leaves_out_rows_whose_input_crosses_a_border()
    {
        // Test: 10 rows after train, a long gap, 10 rows, a long gap, 3 rows.
        int[] testMinutes = [.. Enumerable.Range(100, 10), .. Enumerable.Range(200, 10), .. Enumerable.Range(300, 3)];
        var data = DatasetPreparer.Prepare(
            Tables.Config(testFile: true),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(100, 1))),
            Tables.At("x_test.csv", testMinutes, ("a", [.. testMinutes.Select(m => (double)m)])));
        var frame = EvaluationFrame.Of(data, inputLength: 4, horizon: 3);
        Assert.That((frame.ScoredRows, frame.SkippedRows), Is.EqualTo((10 + 6, 4 + 3)));
        Assert.That(
            frame.Origins.Select(o => frame.Series.Timestamps[o + 1]),
            Is.EqualTo(testMinutes[..10].Concat(testMinutes[14..20]).Select(m => Tables.Start.AddMinutes(m))));
        Assert.That(
            Enumerable.Range(0, 3).Select(h => frame.Truth[8, h, 0]),
            Is.EqualTo(new[] { 108, 109, double.NaN }),
            "no truth beyond the border");
        Assert.That(frame.Where(t => t >= Tables.Start.AddMinutes(200)).ScoredRows, Is.EqualTo(6));
    }

    [Test]
    public void Unscaling_undoes_scaling() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ScalerKind>(), ArbMap.Default.ArbFor<NonEmptyArray<NormalFloat>>(), (kind, values) =>
        {
            var column = values.Get.Select(v => v.Get % 1e50).ToArray();
            var scale = Scaler.FitColumn(
                kind,
                "a",
                column,
                [.. Enumerable.Repeat(true, column.Length)],
                new int[column.Length],
                new ClippingOptions());
            // One rounding of each operation, relative to the largest number involved.
            var size = Math.Max(Math.Abs(scale.Center), column.Max(Math.Abs));
            return double.IsFinite(scale.Scale)
                && scale.Scale != 0
                && column.All(v => Math.Abs(scale.Inverse(scale.Transform(v)) - v) <= 4e-16 * 4 * size);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void What_is_learned_does_not_change_when_test_changes() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<ScalerKind>(),
            ArbMap.Default.ArbFor<ClippingMethod>(),
            ArbMap.Default.ArbFor<int>(),
            (kind, clipping, seed) =>
            {
                var config = Tables.Config($$"""{"scaler": "{{kind}}", "clipping": "{{clipping}}"}""");
                PreparedDataset Prepare(int testSeed)
                {
                    double[] values = [.. Tables.Walk(80, seed, 0.1), .. Tables.Walk(20, testSeed, 0.1).Select(v => v * 100)];
                    return DatasetPreparer.Prepare(config, Tables.Make("x.csv", 0, ("a", values)));
                }

                var (one, other) = (Prepare(seed + 1), Prepare(seed + 2));
                return one.Meta.Scaler.Save().AsSpan().SequenceEqual(other.Meta.Scaler.Save())
                    && one.Train.Values[0].SequenceEqual(other.Train.Values[0]);
            }).QuickCheckThrowOnFailure();

    [Test]
    public void What_is_learned_does_not_change_with_what_stands_in_for_missing_cells() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ScalerKind>(), ArbMap.Default.ArbFor<int>(), (kind, seed) =>
        {
            // The three strategies fill differently; scale and metrics' range must not notice.
            var scales = new[] { "interpolate", "forward_fill", "knn" }.Select(missing =>
                DatasetPreparer.Prepare(
                    Tables.Config($$"""{"scaler": "{{kind}}", "missing": "{{missing}}"}"""),
                    Tables.Make(
                        "x.csv",
                        0,
                        ("a", Tables.Walk(100, seed, 0.2)),
                        ("b", Tables.Walk(100, seed + 1, 0.2)))).Meta.Scaler.Columns);
            return scales.Distinct(new SameColumns()).Count() == 1;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Nothing_in_a_test_input_comes_from_a_later_row() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (seed, at) =>
        {
            var row = at % 40;
            PreparedDataset Prepare(double after)
            {
                var test = Tables.Walk(40, seed + 1, 0.3);
                for (var t = row + 1; t < test.Length; t++)
                    test[t] = double.IsNaN(after) ? double.NaN : test[t] * after;
                return DatasetPreparer.Prepare(
                    Tables.Config("""{"lags": [1, 5]}""", testFile: true),
                    Tables.Make("x.csv", 0, ("a", Tables.Walk(60, seed, 0.1))),
                    Tables.Make("x_test.csv", 60, ("a", test)));
            }

            var variants = new[] { Prepare(1), Prepare(-7), Prepare(double.NaN) };
            return Enumerable.Range(0, variants[0].Train.Columns.Count).All(f =>
                variants.All(v => v.Test.Values[f].AsSpan(0, row + 1).SequenceEqual(variants[0].Test.Values[f].AsSpan(0, row + 1))));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_filled_cell_is_marked_and_is_never_truth() =>
        Prop.ForAll(ArbMap.Default.ArbFor<MissingStrategy>(), ArbMap.Default.ArbFor<int>(), (missing, seed) =>
        {
            var (a, b) = (Tables.Walk(200, seed, 0.3), Tables.Walk(200, seed + 1, 0.05));
            var data = DatasetPreparer.Prepare(
                Tables.Config($$"""{"missing": {"strategy": "{{missing}}", "drop_share": 0.6} }"""),
                Tables.Make("x.csv", 0, ("a", a), ("b", b)));
            double[][] raw = [a, b];
            bool Honest(PreparedSeries series, int f, int t)
            {
                var source = raw[f][(int)(series.Timestamps[t] - Tables.Start).TotalMinutes];
                return series.Observed[f][t] == !double.IsNaN(source) && double.IsFinite(series.Values[f][t]);
            }

            var truth = data.TestTruth.Select((column, m) =>
                column.Select((v, t) => double.IsNaN(v) != data.Test.Observed[m][t]).All(same => same)).All(same => same);
            return truth
                && new[] { data.Train, data.Test }.All(s =>
                    Enumerable.Range(0, 2).All(f => Enumerable.Range(0, s.Rows).All(t => Honest(s, f, t))));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void No_scored_window_crosses_a_segment_border() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var minute = 0;
            int[] minutes = [.. Enumerable.Range(0, 300).Select(_ => minute += random.Next(15) == 0 ? random.Next(2, 60) : 1)];
            var data = DatasetPreparer.Prepare(
                Tables.Config("""{"max_gap_steps": 10, "lags": [2]}"""),
                Tables.At("x.csv", minutes, ("a", Tables.Walk(300, seed))));
            var frame = EvaluationFrame.Of(data, inputLength: 5);
            return frame.ScoredRows + frame.SkippedRows == data.Test.Rows
                && frame.Origins.All(
                    o => frame.Series.Timestamps[o + 1] - frame.Series.Timestamps[o - 4] == 5 * frame.Series.Step.Duration);
        }).QuickCheckThrowOnFailure();

    private sealed class SameColumns : IEqualityComparer<IReadOnlyList<ColumnScale>>
    {
        public bool Equals(IReadOnlyList<ColumnScale>? x, IReadOnlyList<ColumnScale>? y) => x!.SequenceEqual(y!);

        public int GetHashCode(IReadOnlyList<ColumnScale> obj) => 0;
    }
}
