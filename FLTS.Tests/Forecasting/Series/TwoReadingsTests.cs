using System.Globalization;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Times;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>Times that can be read in two ways: what settles them, and that nothing is guessed.</summary>
[TestFixture, Parallelizable]
internal sealed class TwoReadingsTests
{
    private static readonly DateTime _start = new(2024, 1, 5);

    [TestCase("dd/MM/yyyy HH:mm")]
    [TestCase("MM/dd/yyyy HH:mm")]
    [TestCase("d-M-yyyy H:mm")]
    [TestCase("M/d/yyyy h:mm tt")]
    public void A_day_beyond_12_settles_all_rows_wherever_it_stands(string form)
    {
        var times = Hours(400);
        foreach (var order in Orders(times))
        {
            var table = CsvText.Read(CsvText.Of(order.Select(t => Show(t, form))));
            Assert.That(table.Timestamps, Is.EqualTo(order));
            Assert.That(table.Warnings, Is.Empty);
        }
    }

    [TestCase("dd/MM/yyyy HH:mm", "read as day before month, because their step is regular then")]
    [TestCase("MM/dd/yyyy HH:mm", "read as month before day, because their step is regular then")]
    [TestCase("yyyyMMddHH", "read as date and hour, because their step is regular then")]
    public void Without_such_a_day_the_regular_step_settles_them_and_that_is_said(string form, string said)
    {
        var times = Hours(100);
        foreach (var order in Orders(times))
        {
            var table = CsvText.Read(CsvText.Of(order.Select(t => Show(t, form))));
            Assert.That(table.Timestamps, Is.EqualTo(order));
            Assert.That(table.Warnings, Has.One.Contains(said));
        }
    }

    [Test]
    public void Seconds_since_1970_that_could_be_hours_are_settled_by_those_that_could_not()
    {
        // 2019031000 is the end of 2033 as well, an hour before 2019034600, which is no hour.
        string[] seconds = ["2019031000", "2019034600", "2019038200"];
        Assert.That(
            CsvText.Read(CsvText.Of(seconds)).Timestamps[0], Is.EqualTo(DateTime.UnixEpoch.AddSeconds(2019031000)));
    }

    [TestCase("05/01/2024 00:00", "05/01/2024 01:00", "d/M/yyyy H:mm or M/d/yyyy H:mm")]
    [TestCase("01/01/2024", "01/02/2024", "d/M/yyyy or M/d/yyyy")]
    [TestCase("5-1-2024T00:00:00.5", "5-1-2024T01:00:00.5", "d-M-yyyy'T'H:mm:ss.FFFFFFF or M-d-yyyy'T'H:mm:ss.FFFFFFF")]
    [TestCase("1/5/2024 1:00 AM", "1/5/2024 2:00 AM", "d/M/yyyy h:mm tt or M/d/yyyy h:mm tt")]
    [TestCase("2019031000", "2019031001", "yyyyMMddHH or epoch_seconds")]
    public void What_nothing_settles_is_asked_for_with_forms_that_are_accepted(string first, string second, string forms)
    {
        var csv = CsvText.Of([first, second]);
        var fault = Assert.Throws<InvalidInputException>(() => CsvText.Read(csv))!;

        Assert.That(fault.Message, Does.Match("^x.csv: row [23], column 'time': '").And.Contain($"state time_format: {forms}."));
        Assert.That(fault.Needed!.Option, Is.EqualTo("time_format"));
        var read = fault.Needed.Choices.Select(form => CsvText.Read(csv, new ReadingOptions { TimeFormat = (string)form! })).ToList();
        Assert.That(fault.Needed.Choices.Select(form => TimeFormat.IsSane((string)form!)), Has.All.True);
        Assert.That(read[0].Timestamps[1], Is.Not.EqualTo(read[1].Timestamps[1]));
    }

    [Test]
    public void Both_orders_in_one_file_are_refused_with_both_rows() =>
        Assert.That(
            () => CsvText.Read(CsvText.Of(["05/01/2024", "13/01/2024", "01/14/2024"])),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
                "x.csv: row 4, column 'time': in row 3, '13/01/2024', the day stands before the month, in row 4, '01/14/2024', the month "
                + "before the day; write all times alike."));

    [TestCase("dd/MM/yyyy HH:mm", 400)]
    [TestCase("dd/MM/yyyy HH:mm", 100)]
    [TestCase("MM/dd/yyyy HH:mm", 100)]
    [TestCase("yyyyMMddHH", 100)]
    public void The_end_of_a_file_is_read_as_the_whole_of_it(string form, int hours)
    {
        var times = Hours(hours);
        var csv = Encoding.UTF8.GetBytes(CsvText.Of(times.Select(t => Show(t, form))));
        Assert.That(
            CsvTableReader.Read(new MemoryStream(csv), "x.csv", new CsvReadOptions { Newest = 3 }).Timestamps, Is.EqualTo(times[^3..]));
    }

    /// <summary>A place in a file means nothing: times, marks and columns are told by the set of its lines.</summary>
    [Test]
    public void Any_order_of_lines_gives_the_same_rows_or_the_same_refusal() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var form = Pick(random, "dd/MM/yyyy HH:mm", "M/d/yyyy h:mm tt", "yyyyMMddHH", "dd.MM.yyyy HH:mm", "yyyy-MM-ddTHH:mm");
            var start = _start.AddDays(random.Next(3000));
            var step = TimeSpan.Parse(Pick(random, "0:15", "1:00", "1.0:00"), CultureInfo.InvariantCulture);
            var lines = Enumerable.Range(0, random.Next(2, 200)).Select(row => string.Create(
                CultureInfo.InvariantCulture,
                $"{row};{Show(start + (row * step), form)};{Cell(random)};{row + 0.25:0.00}\n")).ToArray();
            var inOrder = Rows(lines);
            random.Shuffle(lines);
            return Rows(lines) == inOrder;
        }).QuickCheckThrowOnFailure();

    private static string Pick(Random random, params string[] any) => any[random.Next(any.Length)];

    private static string Cell(Random random) => random.Next(20) switch
    {
        0 => "",
        1 => "true",
        2 when random.Next(20) == 0 => "dry",
        _ => $"{random.Next(500)},{random.Next(10)}",
    };

    /// <summary>Rows in the order of time as text, or where the reading stops.</summary>
    private static string Rows(IEnumerable<string> lines)
    {
        try
        {
            var table = CsvText.Read(";time;a;b\n" + string.Concat(lines));
            var order = Enumerable.Range(0, table.Rows).OrderBy(row => table.Timestamps[row]).ThenBy(row => table.Values[^1][row]);
            return string.Join(',', table.Columns)
                + string.Concat(order.Select(row => $"\n{table.Timestamps[row]:O} {string.Join(' ', table.Values.Select(c => c[row]))}"));
        }
        catch (InvalidInputException e)
        {
            return $"{e.Details["column"]} {e.Needed?.Option}";
        }
    }

    private static DateTime[] Hours(int count) => [.. Enumerable.Range(0, count).Select(h => _start.AddHours(h))];

    private static IEnumerable<DateTime[]> Orders(DateTime[] times)
    {
        yield return times;
        yield return [.. times.Reverse()];
        var shuffled = times.ToArray();
        new Random(3).Shuffle(shuffled);
        yield return shuffled;
    }

    private static string Show(DateTime time, string form) => time.ToString(form, CultureInfo.InvariantCulture);
}
