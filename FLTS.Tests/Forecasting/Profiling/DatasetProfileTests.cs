using System.Text.Json.Nodes;
using FLTS.Forecasting.Profiling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Profiling;

[TestFixture, Parallelizable]
internal sealed class DatasetProfileTests
{
    private static readonly string _golden = Path.Combine(AppContext.BaseDirectory, "Golden", "profiling");
    private static readonly JsonNode _reference = JsonNode.Parse(File.ReadAllText(Path.Combine(_golden, "reference.json")))!;

    [Test]
    public void Numbers_are_those_of_pandas_and_scipy([Values("alone", "with_test")] string which)
    {
        var profile = DatasetProfile.Of(Read("train"), which == "alone" ? null : Read("test"), SeriesFrame.DefaultMaxGapSteps);

        Assert.That(profile.Columns.Select(c => c.Name), Is.EqualTo(_reference[which]!.AsObject().Select(c => c.Key)));
        Assert.Multiple(() =>
        {
            foreach (var column in profile.Columns)
            {
                var expected = _reference[which]![column.Name]!;
                Assert.That(
                    (column.Count, column.Missing, column.Flat),
                    Is.EqualTo(
                        (expected["count"]!.GetValue<int>(), expected["missing"]!.GetValue<int>(), expected["flat"]!.GetValue<bool>())),
                    column.Name);
                foreach (var (name, value) in Numbers(column))
                    RequireNear(value, expected[name], $"{column.Name}: {name}");
                Assert.That(column.Drift is null, Is.EqualTo(expected["drift"] is null), column.Name);
                if (column.Drift is not { } drift)
                    continue;
                RequireNear(drift.MeanShift, expected["drift"]!["mean_shift"], $"{column.Name}: mean_shift");
                RequireNear(drift.SdRatio, expected["drift"]!["sd_ratio"], $"{column.Name}: sd_ratio");
                RequireNear(drift.Ks, expected["drift"]!["ks"], $"{column.Name}: ks");
            }
        });
    }

    [Test]
    public void Steps_and_gaps_are_counted_as_pandas_counts_them()
    {
        var profile = DatasetProfile.Of(Read("train"), Read("test"), SeriesFrame.DefaultMaxGapSteps);

        foreach (var (part, name) in new[] { (profile.Train, "train_series"), (profile.Test!, "test_series") })
        {
            var expected = _reference[name]!;
            var series = part.Series;
            foreach (var (count, key) in new[]
            {
                (series.RowsRead, "rows_read"), (series.Rows, "rows"), (series.GapRows, "gap_rows"), (series.Gaps, "gaps"),
                (series.LongGaps, "long_gaps"), (series.Segments, "segments"),
            })
                Assert.That(count, Is.EqualTo(expected[key]!.GetValue<int>()), $"{name}: {key}");
            RequireNear(series.StepSeconds, expected["step_seconds"], name);
            RequireNear(series.RegularShare, expected["regular_share"], name);
        }

        Assert.That(profile.Warnings, Is.EqualTo(new[] { "Column 'flat' is flat.", "Column 'rare' is flat." }));
    }

    [Test]
    public void Of_35_rows_the_last_fifth_is_seven()
    {
        double[] values = [.. Enumerable.Repeat(1.0, 27), 2, .. Enumerable.Repeat(3.0, 7)];
        var drift = DatasetProfile.Of(Tables.Make("x.csv", 0, ("a", values)), null, SeriesFrame.DefaultMaxGapSteps).Columns[0].Drift!;
        Assert.That(drift.Ks, Is.EqualTo(1), "all of the last seven are larger than all before");
    }

    [Test]
    public void An_hour_that_is_no_whole_number_of_steps_has_no_autocorrelation()
    {
        var start = new DateTime(2026, 1, 5);
        var table = new RawTable
        {
            Name = "x.csv",
            Timestamps = [.. Enumerable.Range(0, 400).Select(i => start.AddMinutes(7 * i))],
            TimestampColumn = "time",
            Columns = ["a"],
            Header = ["a"],
            Values = [[.. Enumerable.Range(0, 400).Select(i => (double)(i * i % 11))]],
        };
        var found = DatasetProfile.Of(table, null, SeriesFrame.DefaultMaxGapSteps).Columns[0].Autocorrelation;
        Assert.That((found.OneStep is null, found.OneHour, found.OneDay), Is.EqualTo((false, (double?)null, (double?)null)));
    }

    [Test]
    public void A_test_part_without_one_of_the_columns_counts_it_as_missing()
    {
        var profile = DatasetProfile.Of(
            Tables.Make("x.csv", 0, ("a", [1, 2, 3]), ("b", [1, double.NaN, 3])),
            Tables.Make("x_test.csv", 3, ("a", [4, 5])),
            SeriesFrame.DefaultMaxGapSteps);
        Assert.That(
            profile.Columns.Select(c => (c.Name, c.Count, c.Missing, c.Drift is null)),
            Is.EqualTo(new[] { ("a", 5, 0, false), ("b", 2, 3, true) }));
    }

    [Test]
    public void A_column_without_any_value_has_no_numbers()
    {
        var column = DatasetProfile.Of(
            Tables.Make("x.csv", 0, ("a", [double.NaN, double.NaN, double.NaN])), null, SeriesFrame.DefaultMaxGapSteps).Columns[0];
        Assert.That((column.Count, column.Missing, column.Flat), Is.EqualTo((0, 3, false)));
        Assert.That(Numbers(column).Select(n => n.Value), Is.All.Null);
        Assert.That(column.Drift, Is.Null);
    }

    private static IEnumerable<(string Name, double? Value)> Numbers(ColumnProfile c) =>
    [
        ("mean", c.Mean),
        ("sd", c.Sd),
        ("min", c.Min),
        ("max", c.Max),
        ("q05", c.Q05),
        ("q25", c.Q25),
        ("median", c.Median),
        ("q75", c.Q75),
        ("q95", c.Q95),
        ("skew", c.Skew),
        ("kurtosis", c.Kurtosis),
        ("one_step", c.Autocorrelation.OneStep), ("one_hour", c.Autocorrelation.OneHour), ("one_day", c.Autocorrelation.OneDay),
    ];

    private static void RequireNear(double? value, JsonNode? expected, string what)
    {
        Assert.That(value is null, Is.EqualTo(expected is null), what);
        if (value is { } found && expected is not null)
            Assert.That(
                Math.Abs(found - expected.GetValue<double>()),
                Is.LessThanOrEqualTo(1e-9 * Math.Abs(expected.GetValue<double>())),
                $"{what}: {found:R}, expected {expected}");
    }

    private static RawTable Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(_golden, $"{name}.csv"));
        return CsvTableReader.Read(file, $"{name}.csv", new CsvReadOptions());
    }
}
