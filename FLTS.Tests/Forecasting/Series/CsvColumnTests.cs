using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>Which columns a file has, and that none is lost in silence.</summary>
[TestFixture, Parallelizable]
internal sealed class CsvColumnTests
{
    private const string Day = "2024-01-0";

    [Test]
    public void A_column_of_at_least_half_numbers_is_refused_for_its_other_text_with_row_and_option()
    {
        var fault = Assert.Throws<InvalidInputException>(
            () => CsvText.Read($"time,a,b\n{Day}1,1,1\n{Day}2,n.a.,2\n{Day}3,,3\n"))!;
        Assert.That(
            fault.Message,
            Is.EqualTo(
                "x.csv: row 3, column 'a': 'n.a.' is no number; add it to missing_words if it stands for a missing value, leave the column "
                + "out with exclude, or correct the cell."));
        Assert.That(
            (fault.Details["row"], fault.Details["column"], fault.Needed!.Option, fault.Needed.Choices[0].ToJsonString()),
            Is.EqualTo(((object)3L, (object)"a", "missing_words", """["n.a."]""")));
    }

    [Test]
    public void A_column_of_fewer_numbers_is_left_out_with_a_warning()
    {
        var table = CsvText.Read($"time,a,b\n{Day}1,1,1\n{Day}2,dry,2\n{Day}3,wet,3\n");
        Assert.That(table.Columns, Is.EqualTo(new[] { "b" }));
        Assert.That(table.Warnings, Is.EqualTo(new[] { "x.csv: column 'a' is left out: row 3 holds 'dry', which is no number." }));
    }

    [Test]
    public void Whether_a_column_is_numeric_is_told_by_the_whole_of_a_long_file()
    {
        var rows = Enumerable.Range(0, 120_000).Select(i => new DateTime(2024, 1, 1).AddMinutes(i)).ToList();
        string Csv(int texts) => "time,a,b\n" + string.Concat(
            rows.Select((time, i) => $"{time:yyyy-MM-dd HH:mm:ss},{(i < texts ? "dry" : "1.25")},7\n"));

        Assert.That(CsvText.Read(Csv(60_001)).Columns, Is.EqualTo(new[] { "b" }));
        Assert.That(
            () => CsvText.Read(Csv(60_000)), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("x.csv: row 2, column 'a'"));
    }

    [TestCase(",time,load\n0,{0},5\n1,{1},6\n2,{2},7\n")]
    [TestCase("Unnamed: 0,time,load\n4,{0},5\n9,{1},6\n5,{2},7\n")]
    [TestCase("\"\";time;load\n\"1\";{0};5\n\"2\";{1};6\n\"3\";{2};7\n")]
    public void A_nameless_first_column_that_numbers_the_rows_is_no_column(string csv)
    {
        var table = CsvText.Read(Filled(csv));
        Assert.That((table.Columns, table.Header), Is.EqualTo((new[] { "load" }, new[] { "load" })));
        Assert.That(table.Warnings, Is.EqualTo(new[] { "x.csv: the first column, which has no name, numbers the rows and is left out." }));
    }

    [Test]
    public void A_nameless_first_column_of_measurements_is_one() =>
        Assert.That(CsvText.Read(Filled(",time,load\n5,{0},5\n5,{1},6\n6,{2},7\n")).Columns, Is.EqualTo(new[] { "column_1", "load" }));

    [TestCase("time,load,\n{0},5,\n{1},6,\n{2},7,\n")]
    [TestCase("time,load,,\n{0},5,,\n{1},6\n{2},7,\n")]
    [TestCase("time,load\n{0},5,\n{1},6,,\n{2},7\n")]
    [TestCase("time;load; \n{0};5;\n{1};6; \n{2};7;\n")]
    public void Separators_at_the_end_of_lines_make_no_column(string csv)
    {
        var table = CsvText.Read(Filled(csv));
        Assert.That((table.Columns, table.Header, table.Warnings), Is.EqualTo((new[] { "load" }, new[] { "load" }, Array.Empty<string>())));
        Assert.That(table.Values[0], Is.EqualTo(new[] { 5.0, 6, 7 }));
    }

    [TestCase("time,wind\nTS,m/s\n{0},5\n{1},6\n{2},7\n", 1)]
    [TestCase("time,wind\n,m/s\n,Avg\n\n{0},5\n{1},6\n{2},7\n", 2)]
    [TestCase("\"time\",\"wind\"\r\n\"yyyy-mm-dd\",\"m/s\"\r\n{0},5\r\n{1},6\r\n{2},7\r\n", 1)]
    public void Rows_of_units_are_refused_with_the_option_that_passes_over_them(string csv, int rows)
    {
        var fault = Assert.Throws<InvalidInputException>(() => CsvText.Read(Filled(csv)))!;
        Assert.That(fault.Message, Does.StartWith("x.csv: row 2: column 'time': '").And.EndWith($"set skip_rows to {rows}."));
        Assert.That((fault.Needed!.Option, (int)fault.Needed.Choices[0]!), Is.EqualTo(("skip_rows", rows)));

        Assert.That(CsvText.Read(Filled(csv), new ReadingOptions { SkipRows = rows }).Values[0], Is.EqualTo(new[] { 5.0, 6, 7 }));
    }

    [Test]
    public void Rows_are_counted_from_the_header_behind_rows_that_are_passed_over() =>
        Assert.That(
            () => CsvText.Read($"time,a\n-,m\n{Day}1,1\nsoon,2\n", new ReadingOptions { SkipRows = 1 }),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("x.csv: row 4: column 'time': 'soon' is no timestamp"));

    [Test]
    public void An_excluded_column_is_none_and_may_hold_anything()
    {
        var table = CsvText.Read(Filled("time,ts,load\n{0},x,5\n{1},1,6\n{2},2,7\n"), new ReadingOptions { Exclude = ["ts"] });
        Assert.That((table.Columns, table.Header, table.Warnings), Is.EqualTo((new[] { "load" }, new[] { "load" }, Array.Empty<string>())));
        Assert.That(
            () => CsvText.Read(Filled("time,load\n{0},5\n"), new ReadingOptions { Exclude = ["lod"] }),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: there is no column 'lod'; the file has time, load."));
    }

    [TestCase("ts", "ts_value")]
    [TestCase("timestamp", "timestamp_value")]
    [TestCase("segment", "segment_value")]
    [TestCase("#step", "_step")]
    [TestCase("load#observed", "load_observed")]
    public void A_column_whose_name_is_taken_is_refused_with_another_name(string name, string other)
    {
        var fault = Assert.Throws<InvalidInputException>(() => CsvText.Read($"time,{name},load\n{Day}1,1,1\n"))!;
        Assert.That(
            fault.Message, Does.StartWith($"x.csv: a measured column is called '{name}'").And.Contain($"for example to '{other}'"));
        Assert.That(CsvText.Read($"time,{other},load\n{Day}1,1,1\n").Columns, Has.Count.EqualTo(2));
    }

    [TestCase("ts,load\n{0},5\n", null)]
    [TestCase("timestamp,load\n{0},5\n", "timestamp")]
    public void The_times_themselves_may_be_called_so(string csv, string? column) =>
        Assert.That(CsvText.Read(Filled(csv), new CsvReadOptions { TimestampColumn = column }).Columns, Is.EqualTo(new[] { "load" }));

    [Test]
    public void The_rows_of_one_series_are_read_and_what_others_hold_does_not_matter()
    {
        const string csv = "cell,time,load\nA,{0},5\nB,never,x\nA,{1},6\n\"B\",{1},1e999\nA ,{2},7\n";
        var table = CsvText.Read(Filled(csv), new ReadingOptions { SeriesColumn = "cell", SeriesValue = "A" });
        Assert.That((table.Columns, table.Header), Is.EqualTo((new[] { "load" }, new[] { "load" })));
        Assert.That(table.Values[0], Is.EqualTo(new[] { 5.0, 6, 7 }));
        Assert.That(
            () => CsvText.Read(Filled(csv), new ReadingOptions { SeriesColumn = "cell", SeriesValue = "C" }),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
                "x.csv: no row has 'C' in column 'cell'; others have, for example, 'A'."));
    }

    [Test]
    public void Decimal_commas_are_found_by_column()
    {
        var table = CsvText.Read(Filled("time;a;b;c\n{0};1,5;2.25;3\n{1};2;0.5;4\n{2};-0,125;7;5\n"));
        Assert.That(table.Values, Is.EqualTo(new[] { new[] { 1.5, 2, -0.125 }, [2.25, 0.5, 7], [3, 4, 5] }));
        Assert.That(
            CsvText.Read(Filled("time,a\n{0},\"1,5\"\n{1},2\n{2},\"12,25\"\n")).Values[0], Is.EqualTo(new[] { 1.5, 2, 12.25 }));
    }

    [TestCase("time;a\n{0};2e-05\n{1};0,00037\n{2};4,5e-08\n")]
    [TestCase("time;a\n{0};0,00037\n{1};2e-05\n{2};4,5e-08\n")]
    public void A_small_number_without_a_mark_is_no_number_with_a_decimal_point(string csv) =>
        Assert.That(CsvText.Read(Filled(csv)).Values[0], Is.EquivalentTo(new[] { 2e-05, 0.00037, 4.5e-08 }));

    [TestCase("time,a\n{0},\"1,234\"\n{1},500\n", "row 2, column 'a': the comma in '1,234' may stand before decimals or between thousands")]
    [TestCase("time\ta\n{0}\t1,234\n{1}\t56,789\n", "row 2, column 'a': the comma in '1,234' may stand before decimals or between")]
    [TestCase("time,a\n{0},999.5\n{1},\"1,234\"\n", "row 3, column 'a': '1,234' has a comma, other numbers of the column have a decimal")]
    [TestCase("time;a\n{0};2.5\n{1};1,5\n", "row 3, column 'a': '1,5' has a comma, other numbers of the column have a decimal point")]
    [TestCase("time;a;b\n{0};1,5;1.234\n{1};2,5;999\n", "column 'b': the point in numbers such as 1.234 may stand before decimals or")]
    public void A_number_with_two_readings_is_asked_for(string csv, string sentence) =>
        Assert.That(
            () => CsvText.Read(Filled(csv)), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith($"x.csv: {sentence}"));

    [TestCase("dd/MM/yyyy", true)]
    [TestCase("dd.MM.yy HH:mm", true)]
    [TestCase("yyyy", true)]
    [TestCase("yyyyMM", true)]
    [TestCase("MMM d, yyyy h:mm tt", true)]
    [TestCase("yyyy-MM-ddTHH:mm:sszzz", true)]
    [TestCase("yyyy-MM-dd HH:mm:ss.ffffff", true)]
    [TestCase("excel_days", true)]
    [TestCase("d", false)]
    [TestCase("HH:mm", false)]
    [TestCase("dd/MM", false)]
    [TestCase("mm/dd/yyyy", false)]
    [TestCase("yyyy-MM-dd hh:mm", false)]
    [TestCase("yyyy-MM-dd mm:ss", false)]
    [TestCase("dd yyyy", false)]
    [TestCase("yyyy-MM-dd ffffffffff", false)]
    [TestCase("'yyyy", false)]
    [TestCase("something", false)]
    public void A_form_of_times_is_one_that_gives_back_what_it_writes(string form, bool isSane)
    {
        void Read() => ReadingOptionsParser.Read(StrictJson.Of(new JsonObject { ["time_format"] = form }, "reading option"));
        if (isSane)
            Assert.That(Read, Throws.Nothing);
        else
            Assert.That(Read, Throws.TypeOf<InvalidInputException>().With.Message.Contains("'time_format'"));
    }

    [TestCase("dd/MM/yy", "05/01/24", "2024-01-05")]
    [TestCase("yyyy", "2024", "2024-01-01")]
    [TestCase("excel_days", "45296.5", "2024-01-05T12:00")]
    [TestCase("excel_days", "45296.0416666667", "2024-01-05T01:00")]
    [TestCase("epoch_seconds", "86400", "1970-01-02")]
    [TestCase("epoch_milliseconds", "-86400000", "1969-12-31")]
    [TestCase("yyyyMMddHH", "2019031001", "2019-03-10T01:00")]
    public void A_stated_form_is_read_and_no_other(string form, string time, DateTime expected)
    {
        var reading = new ReadingOptions { TimeFormat = form };
        Assert.That(CsvText.Read(CsvText.Of([time]), reading).Timestamps[0], Is.EqualTo(expected));
        Assert.That(
            () => CsvText.Read(CsvText.Of([time, "2024-01-05 00:00:00"]), reading),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
                "x.csv: row 3: column 'time': '2024-01-05 00:00:00' is no timestamp; write it in the form that time_format states."));
    }

    private static string Filled(string csv) =>
        string.Format(CultureInfo.InvariantCulture, csv, $"{Day}1", $"{Day}2", $"{Day}3");
}
