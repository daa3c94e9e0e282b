using System.Globalization;
using System.Text;
using FLTS.Benchmarks.Live;
using NUnit.Framework;

namespace FLTS.Tests.BenchmarkTests;

[TestFixture]
internal sealed class IntervalsBenchmarkTests
{
    private static readonly DateTime _start = new(2026, 1, 5);

    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Where_errors_grow_behind_the_training_the_adapted_intervals_hold_what_the_fixed_ones_do_not()
    {
        var (from, csv) = (_start.AddMinutes(10 * 1000), new StringBuilder("time,load\n"));
        for (var row = 0; row < 1000 + (5 * 144); row++)
        {
            var noise = (row * 7919 % 101) - 50;
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{_start.AddMinutes(10 * row):yyyy-MM-dd HH:mm:ss},{500 + (row < 1000 ? noise : 2 * noise)}\n");
        }

        File.WriteAllText(_folder["station.csv"], csv.ToString());
        var results = IntervalsBenchmark.Run(IntervalsBenchmark.Read(_folder["station.csv"], from, 5), ["NAIVE"], TextWriter.Null).ToList();

        var all = results.Single(r => r["by"]!.ToString() == "all" && r["level"]!.GetValue<double>() is 80);
        Assert.That(all["cells"]!.GetValue<int>(), Is.EqualTo(5 * 5 * 144), "five leads");
        Assert.That(all["coverage_fixed"]!.GetValue<double>(), Is.LessThan(70));
        Assert.That(all["coverage_adapted"]!.GetValue<double>(), Is.InRange(all["coverage_fixed"]!.GetValue<double>() + 5, 85));
        Assert.That(all["score_adapted"]!.GetValue<double>(), Is.LessThan(all["score_fixed"]!.GetValue<double>()));
        Assert.That(results.Count(r => r["by"]!.ToString() == "half_day"), Is.EqualTo(2 * 11), "five days from a half day's middle");
        int[] leads = [.. results.Where(r => r["by"]!.ToString() == "lead").Select(r => int.Parse(r["of"]!.ToString())).Distinct()];
        Assert.That(leads, Is.EqualTo(new[] { 1, 2, 3, 4, 5, 10, 15, 30, 60, 90 }));
        var longer = results.Single(r => r["by"]!.ToString() == "longer" && r["level"]!.GetValue<double>() is 80);
        Assert.That(longer["coverage_fixed"]!.GetValue<double>(), Is.LessThan(70));
        Assert.That(
            longer["coverage_adapted"]!.GetValue<double>(), Is.InRange(longer["coverage_fixed"]!.GetValue<double>() + 5, 85));
        Assert.That(longer["score_adapted"]!.GetValue<double>(), Is.LessThan(longer["score_fixed"]!.GetValue<double>()));
    }

    [Test]
    public void No_rows_on_one_of_the_sides_are_said()
    {
        File.WriteAllText(_folder["short.csv"], "time,load\n2026-01-05 00:00:00,1\n");

        Assert.That(
            () => IntervalsBenchmark.Read(_folder["short.csv"], _start, 5),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("0 rows lie before it and 1 in the 5 days"));
    }
}
