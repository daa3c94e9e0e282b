using System.Globalization;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[Parallelizable]
public class SeriesFrameTests
{
    private static readonly DateTime _start = new(2024, 1, 1);

    [Test]
    public void A_regular_table_is_taken_as_it_is()
    {
        var frame = Frame(Enumerable.Range(0, 50).Select(i => 120.0 * i));
        Assert.That(
            frame.Report,
            Has.Property("Rows")
                .EqualTo(50)
                .And.Property("Segments")
                .EqualTo(1)
                .And.Property("RegularShare")
                .EqualTo(1)
                .And.Property("StepSeconds")
                .EqualTo(120));
        Assert.That(frame.Values[0], Is.EqualTo(Enumerable.Range(0, 50).Select(i => (double)i)));
    }

    [TestCase(1, "100 ns")]
    [TestCase(15, "1500 ns")]
    public void A_step_finer_than_the_microseconds_that_are_kept_is_refused_with_a_sentence(int ticks, string said) =>
        Assert.That(
            () => FrameOf(Enumerable.Range(0, 50).Select(i => _start.AddTicks((long)i * ticks))),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.EqualTo(
                    $"x.csv: the step between rows is {said}, but times are kept to the microsecond (1000 ns). "
                    + "Resample the data to a step of whole microseconds, or write the times in a larger unit."));

    [Test]
    public void Digits_of_a_time_finer_than_a_microsecond_are_cut_off()
    {
        var frame = FrameOf(Enumerable.Range(0, 50).Select(i => _start.AddSeconds(i).AddTicks(7)));
        Assert.That(frame.Timestamps, Is.EqualTo(Enumerable.Range(0, 50).Select(i => _start.AddSeconds(i))));
        var fine = FrameOf(Enumerable.Range(0, 50).Select(i => _start.AddTicks(10L * i)));
        Assert.That(fine.Step.Duration.Ticks, Is.EqualTo(10), "one microsecond");
    }

    private static SeriesFrame FrameOf(IEnumerable<DateTime> times)
    {
        DateTime[] all = [.. times];
        return SeriesFrame.From(
            new RawTable
            {
                Name = "x.csv",
                TimestampColumn = "time",
                Timestamps = all,
                Columns = ["a"],
                Header = ["a"],
                Values = [[.. all.Select((_, i) => (double)i)]],
            },
            30);
    }

    [Test]
    public void Rows_out_of_order_are_sorted_and_counted_and_the_last_of_a_doubled_time_stays()
    {
        var seconds = Enumerable.Range(0, 150).Select(i => 60.0 * i).ToList();
        (seconds[10], seconds[11]) = (seconds[11], seconds[10]);
        seconds.Add(20 * 60); // doubled, with value 150
        var frame = Frame(seconds);
        Assert.That(
            frame.Report, Has.Property("OutOfOrder").EqualTo(2).And.Property("Duplicates").EqualTo(1).And.Property("Rows").EqualTo(150));
        Assert.That(frame.Values[0][10], Is.EqualTo(11));
        Assert.That(frame.Values[0][11], Is.EqualTo(10));
        Assert.That(frame.Values[0][20], Is.EqualTo(150));
    }

    [Test]
    public void More_than_one_percent_of_doubled_times_is_refused_and_several_series_in_one_file_are_named_as_the_likely_cause() =>
        Assert.That(
            () => Frame(Enumerable.Range(0, 300).Select(i => 3600.0 * (i % 100))),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.StartsWith("x.csv: 200 of 300 rows have the time of a later row (66.7%; at most 1% are dropped).")
                .And.Message.Contains("series_column")
                .And.Message.Contains("timezone"));

    [TestCase("cell,time,load,note", "{1},{0},{2},dry", "cell note")]
    [TestCase("time,load,name", "{0},{2},C{1}", "name")]
    [TestCase("time,load", "{0},{2}", "")]
    public void Columns_that_may_tell_the_series_apart_are_named(string header, string row, string columns)
    {
        var rows = Enumerable.Range(0, 300).Select(i => string.Format(
            CultureInfo.InvariantCulture, row, _start.AddHours(i / 3).ToString("s", CultureInfo.InvariantCulture), i % 3, i % 7));
        var fault = Assert.Throws<InvalidInputException>(
            () => SeriesFrame.From(CsvText.Read($"{header}\n{string.Join('\n', rows)}\n"), 30))!;
        var named = columns.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(fault.Needed!.Choices.Select(choice => (string)choice!), Is.EqualTo(named));
        Assert.That(fault.Message, Does.Contain(named.Length > 0 ? $"series_column, perhaps '{named[0]}';" : "series_column;"));
    }

    [Test]
    public void A_short_gap_becomes_missing_rows_and_a_long_one_ends_the_segment()
    {
        var frame = Frame(Enumerable.Range(0, 300).Where(i => i is not (10 or 11) and not (>= 100 and <= 130)).Select(i => 60.0 * i));
        Assert.That(
            frame.Report,
            Has.Property("Gaps")
                .EqualTo(1)
                .And.Property("GapRows")
                .EqualTo(2)
                .And.Property("LongGaps")
                .EqualTo(1)
                .And.Property("Segments")
                .EqualTo(2));
        Assert.That(frame.Values[0].Select(double.IsNaN).Take(13), Is.EqualTo(Enumerable.Range(0, 13).Select(i => i is 10 or 11)));
        Assert.That(frame.Segments[99], Is.EqualTo(0));
        Assert.That(frame.Timestamps[100], Is.EqualTo(_start.AddMinutes(131)));
        Assert.That(frame.Segments[100], Is.EqualTo(1));
    }

    [Test]
    public void A_gap_of_exactly_the_limit_is_filled()
    {
        var frame = Frame(Enumerable.Range(0, 200).Where(i => i is < 50 or >= 80).Select(i => 60.0 * i));
        Assert.That(frame.Report, Has.Property("GapRows").EqualTo(30).And.Property("Segments").EqualTo(1));
    }

    [Test]
    public void Jitter_up_to_a_tenth_of_a_step_snaps_to_the_grid()
    {
        var random = new Random(3);
        var frame = Frame(Enumerable.Range(0, 2000).Select(i => (120.0 * i) + (random.NextDouble() * 10) - 5));
        Assert.That(
            frame.Report,
            Has.Property("Segments")
                .EqualTo(1)
                .And.Property("Rows")
                .EqualTo(2000)
                .And.Property("StepSeconds")
                .EqualTo(120)
                .And.Property("Snapped")
                .GreaterThan(1900));
        Assert.That(frame.Timestamps, Is.EqualTo(Enumerable.Range(0, 2000).Select(i => _start.AddSeconds(120 * i))));
    }

    [Test]
    public void A_row_off_the_grid_starts_a_segment_of_its_own_phase()
    {
        var frame = Frame(Enumerable.Range(0, 200).Select(i => (60.0 * i) + (i >= 100 ? 25 : 0)));
        Assert.That(
            frame.Report, Has.Property("OffGrid").EqualTo(1).And.Property("Segments").EqualTo(2).And.Property("Snapped").EqualTo(0));
        Assert.That(frame.Timestamps[150], Is.EqualTo(_start.AddSeconds((60 * 150) + 25)));
    }

    [Test]
    public void Under_75_percent_regular_steps_is_an_error_that_says_the_share()
    {
        var random = new Random(1);
        double time = 0;
        var seconds = Enumerable.Range(0, 200).Select(i => time += i % 5 < 3 ? 60 : 60 * random.Next(2, 9)).ToList();
        Assert.That(
            () => Frame(seconds),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains(
                    "x.csv: only 59.8% of the steps between rows are 00:01:00 (the most frequent step); at least 75% must be"));
    }

    [Test]
    public void Under_98_percent_is_a_warning()
    {
        var frame = Frame(Enumerable.Range(0, 300).Where(i => i % 20 != 7).Select(i => 60.0 * i));
        Assert.That(frame.Report.Warnings, Has.One.Contains("of the steps are 00:01:00"));
    }

    [Test]
    public void A_single_row_has_no_step() =>
        Assert.That(
            () => Frame([0]),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("at least two rows are needed to tell the step"));

    [Test]
    public void A_test_part_of_another_step_is_refused() =>
        Assert.That(
            () => Frame(Enumerable.Range(0, 50).Select(i => 300.0 * i), TimeSpan.FromMinutes(2)),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("are 00:02:00 (the train part's step)"));

    [Test]
    public void Whatever_is_dropped_or_shuffled_rows_of_a_segment_are_one_step_apart_and_no_value_moves() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var kept = Enumerable.Range(0, 400).Where(i => random.Next(50) != 0 && !(i >= 200 && i < 200 + (seed & 63))).ToArray();
            random.Shuffle(kept);
            var frame = SeriesFrame.From(Table(kept.Select(i => 60.0 * i), i => kept[i]), 30);
            for (var t = 0; t < frame.Rows; t++)
            {
                if (t > 0 && frame.Segments[t] == frame.Segments[t - 1] && frame.Timestamps[t] - frame.Timestamps[t - 1] != frame.Step)
                    return false;
                if (t > 0
                    && frame.Segments[t] != frame.Segments[t - 1]
                    && frame.Timestamps[t] - frame.Timestamps[t - 1] <= 31 * frame.Step.Duration)
                    return false;
                if (!double.IsNaN(frame.Values[0][t]) && frame.Timestamps[t] != _start.AddMinutes(frame.Values[0][t]))
                    return false;
            }

            return frame.Values[0].Count(v => !double.IsNaN(v)) == kept.Length;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_table_in_pieces_is_laid_on_the_grid_as_one_in_arrays()
    {
        // Five megabytes: more than one block of the reader, with gaps, rows out of order and a doubled time
        // beside its borders and elsewhere.
        var random = new Random(5);
        var seconds = Enumerable.Range(0, 120_000).Where(_ => random.Next(500) > 0).Select(i => 60.0 * i).ToList();
        for (var i = 100; i + 20_000 < seconds.Count; i += 997)
            (seconds[i], seconds[i + 20_000]) = (seconds[i + 20_000], seconds[i]);
        seconds.Add(seconds[77]);
        var table = Table(seconds, i => i / 7.0);
        var csv = new System.Text.StringBuilder("time,a\n");
        for (var i = 0; i < table.Rows; i++)
            csv.Append(
                System.Globalization.CultureInfo.InvariantCulture, $"{table.Timestamps[i]:yyyy-MM-dd HH:mm:ss},{table.Values[0][i]:R}\n");
        Assert.That(csv.Length, Is.GreaterThan(4 << 20));

        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv.ToString()));
        var expected = SeriesFrame.From(table, 30);
        var frame = SeriesFrame.From(CsvTableReader.Read(stream, "x.csv", new CsvReadOptions()), 30);

        Assert.That(frame.Values[0].AsSpan().SequenceEqual(expected.Values[0]), Is.True);
        Assert.That(frame.Timestamps.AsSpan().SequenceEqual(expected.Timestamps), Is.True);
        Assert.That(
            frame.Report,
            Has.Property("Duplicates")
                .EqualTo(1)
                .And.Property("OutOfOrder")
                .GreaterThan(100)
                .And.Property("GapRows")
                .EqualTo(expected.Report.GapRows));
    }

    private static SeriesFrame Frame(IEnumerable<double> seconds, TimeSpan? step = null) =>
        SeriesFrame.From(Table(seconds, i => i), 30, step);

    private static RawTable Table(IEnumerable<double> seconds, Func<int, double> value)
    {
        var times = seconds.Select(s => _start.AddSeconds(s)).ToArray();
        return new RawTable
        {
            Name = "x.csv",
            Timestamps = times,
            TimestampColumn = "time",
            Columns = ["a"],
            Header = ["a"],
            Values = [[.. times.Select((_, i) => value(i))]],
        };
    }
}
