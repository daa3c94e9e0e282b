using System.Globalization;
using System.IO.Compression;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[Parallelizable]
public class CsvTableReaderTests
{
    private const string Plain = "time,a,b\n2024-01-01 00:00:00,1,2.5\n2024-01-01 00:01:00,3,-4e-3\n";

    [TestCase(Plain)]
    [TestCase("time;a;b\n2024-01-01 00:00:00;1;2.5\n2024-01-01 00:01:00;3;-4e-3\n")]
    [TestCase("time\ta\tb\n2024-01-01 00:00:00\t1\t2.5\n2024-01-01 00:01:00\t3\t-4e-3\n")]
    [TestCase("\uFEFFtime,a,b\r\n2024-01-01 00:00:00,1,2.5\r\n2024-01-01 00:01:00,3,-4e-3\r\n")]
    [TestCase("time,a,b\n2024-01-01 00:00:00,1,2.5\n2024-01-01 00:01:00,3,-4e-3")]
    [TestCase("\n\ntime,a,b\n\n2024-01-01 00:00:00,1,2.5\n\n\n2024-01-01 00:01:00,3,-4e-3\n\n")]
    [TestCase("\"time\",\"a\",\"b\"\n\"2024-01-01 00:00:00\",\"1\",\"2.5\"\n\"2024-01-01 00:01:00\",\"3\",\"-4e-3\"\n")]
    [TestCase("ts,a,b\n2024-01-01T00:00:00, 1 ,+2.5\n2024-01-01T00:01:00,3.0,-0.004\n")]
    [TestCase("ds,a,b\n2024-01-01,1,2.5\n2024-01-01 00:01,3,-4E-3\n")]
    [TestCase("time,a,b\n1704067200,1,2.5\n1704067260,3,-4e-3\n")]
    [TestCase("time,a,b\n1704067200.0,1,2.5\n1.70406726e9,3,-4e-3\n")]
    [TestCase("time,a,b\n2024-01-01 00:00:00.000000000,1,2.5\n2024-01-01T00:01:00.000000099,3,-4e-3\n")]
    [TestCase("time,a,b\n2024-01-01 00:00:00.000000,1,2.5\n2024-01-01T00:01:00.000,3,-4e-3\n")]
    [TestCase("time,a,b\n20240101T000000,1,2.5\n20240101T000100,3,-4e-3\n")]
    public void Every_common_form_gives_the_same_table(string csv)
    {
        var table = Read(csv);
        Assert.That(table.Columns, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(table.Timestamps, Is.EqualTo(new[] { new DateTime(2024, 1, 1), new DateTime(2024, 1, 1, 0, 1, 0) }));
        Assert.That(table.Values, Is.EqualTo(new[] { new[] { 1.0, 3 }, [2.5, -0.004] }));
    }

    [TestCase("2024-01-01T00:00:00Z")]
    [TestCase("2024-01-01 01:00:00+01:00")]
    [TestCase("2024-01-01T01:00:00.0+0100")]
    [TestCase("2024-01-01 00:00:00 UTC")]
    [TestCase("2023-12-31T19:00:00-05:00")]
    [TestCase("1704067200")]
    [TestCase("2024-01-01 01:00:00")]
    public void A_time_of_a_dataset_with_a_zone_is_an_instant_or_as_before_local_time(string time)
    {
        var options = new CsvReadOptions { Timezone = "Europe/Madrid" };
        Assert.That(Read($"time,a\n{time},1\n", options).Timestamps[0], Is.EqualTo(new DateTime(2024, 1, 1)));
        Assert.That(
            Read($"time,a\n{time},1\n", options with { HasInstants = false }).Timestamps[0],
            Is.EqualTo(new DateTime(2024, 1, 1, 1, 0, 0)));
    }

    [TestCase("")]
    [TestCase("NaN")]
    [TestCase("nan")]
    [TestCase("NA")]
    [TestCase("null")]
    [TestCase("NULL")]
    [TestCase("N/A")]
    [TestCase("  ")]
    [TestCase("\"\"")]
    public void These_words_are_missing_values(string cell) =>
        Assert.That(Read($"time,a\n2024-01-01,{cell}\n2024-01-02,1\n").Values[0], Is.EqualTo(new[] { double.NaN, 1 }));

    [Test]
    public void A_text_column_is_left_out_with_a_warning_and_the_others_stay()
    {
        var table = Read("time,note,a\n2024-01-01,,1\n2024-01-02,\"rain, \"\"heavy\"\"\",2\n");
        Assert.That(table.Columns, Is.EqualTo(new[] { "a" }));
        Assert.That(table.Header, Is.EqualTo(new[] { "note", "a" }));
        Assert.That(
            table.Warnings,
            Has.One.EqualTo(
                "x.csv: column 'note' is left out: row 3 holds 'rain, \"heavy\"', which is no number."));
    }

    [Test]
    public void Only_listed_columns_are_read() =>
        Assert.That(
            Read("time,a,b,c\n2024-01-01,x,2,3\n", new CsvReadOptions { Columns = ["c", "b"] }).Columns, Is.EqualTo(new[] { "b", "c" }));

    [Test]
    public void Gzip_is_read_as_the_text_it_holds() =>
        Assert.That(
            CsvTableReader.Read(new MemoryStream(Zip(Encoding.UTF8.GetBytes(Plain))), "x.csv.gz", new CsvReadOptions()).Values[1],
            Is.EqualTo(new[] { 2.5, -0.004 }));

    // The list of bad inputs: each with the file, the row (the header is row 1) and the column.
    [TestCase("", "x.csv: the file is empty")]
    [TestCase("\n\n", "x.csv: the file is empty")]
    [TestCase("time,a\n", "x.csv: the file has a header but no rows")]
    [TestCase("time,a\r2024-01-01,1\r2024-01-02,2\r", "x.csv: lines end with a carriage return alone; end them with LF or CRLF")]
    [TestCase("\0\0\0\0", "x.csv: the header holds NUL bytes: this is no text")]
    [TestCase(
        "when,a\n2024-01-01,1\n",
        "x.csv: there is no timestamp column; name one time, ts or ds, or set timestamp_column. The file has when, a")]
    [TestCase("time\n2024-01-01\n", "x.csv: there is no column beside the times in 'time'")]
    [TestCase("time,a\n2024-01-01,1\n01/02,2\n", "x.csv: row 3: column 'time': '01/02' is no timestamp")]
    [TestCase("time,a\n2024-01-01,1\n,2\n", "x.csv: row 3: column 'time': '' is no timestamp")]
    [TestCase("time,a\n2024-02-30 00:00:00,1\n", "x.csv: row 2: column 'time': '2024-02-30 00:00:00' is no timestamp")]
    [TestCase("time,a\n17040672000000,1\n", "x.csv: row 2: column 'time': '17040672000000' is no timestamp")]
    [TestCase("time,a,a\n2024-01-01,1,2\n", "x.csv: the header names column 'a' twice (columns 2 and 3)")]
    [TestCase("time,a,b\n2024-01-01,1,2\n2024-01-02,1\n", "x.csv: row 3: the row has 2 fields, the header 3")]
    [TestCase("time,a\n2024-01-01,1,7\n", "x.csv: row 2: the row has more than the header's 2 fields")]
    [TestCase("time,a\n2024-01-01,inf\n", "x.csv: row 2, column 'a': 'inf' is infinite or beyond")]
    [TestCase("time,a\n2024-01-01,1\n2024-01-02,-Infinity\n", "x.csv: row 3, column 'a': '-Infinity' is infinite")]
    [TestCase("time,a\n2024-01-01,1e400\n", "x.csv: row 2, column 'a': '1e400' is infinite")]
    [TestCase(
        "time,a\n2024-01-01T00:00:00Z,1\n",
        "x.csv: row 2: column 'time': '2024-01-01T00:00:00Z' has a zone, but the dataset states none; set timezone")]
    [TestCase("time,a\n2024-01-01,\"1\n2024-01-02,2\n", "x.csv: row 2: column 'a': a quoted field is not closed on its line")]
    [TestCase("time,\"a\n2024-01-01,1\n", "x.csv: row 1, column 2: a quoted name is not closed")]
    [TestCase("time,a\n2024-01-01,x\n", "x.csv: no column is numeric")]
    public void A_bad_file_is_refused_with_file_row_and_column(string csv, string message) =>
        Assert.That(() => Read(csv), Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));

    [TestCase("text", "x.csv: row 3, column 'text': 'abc' is no number")]
    [TestCase("absent", "x.csv: there is no column 'absent'; the file has time, a, text")]
    [TestCase("time", "x.csv: column 'time' holds the times and cannot be a target or input")]
    public void A_listed_column_that_cannot_be_read_is_refused(string column, string message) =>
        Assert.That(
            () => Read("time,a,text\n2024-01-01,1,\n2024-01-02,2,abc\n", new CsvReadOptions { Columns = [column] }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));

    [Test]
    public void A_timestamp_column_that_is_not_there_is_named() =>
        Assert.That(
            () => Read(Plain, new CsvReadOptions { TimestampColumn = "when" }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("no timestamp column 'when'; the file has time, a, b"));

    [Test]
    public void Ten_thousand_columns_are_refused() =>
        Assert.That(
            () => Read("time," + string.Join(',', Enumerable.Range(0, 9999).Select(i => $"c{i}")) + "\n"),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("the header has 10000 columns; at most 512 are allowed"));

    [TestCase(false)]
    [TestCase(true)]
    public void A_line_of_ten_megabytes_is_refused_with_its_row(bool quoted)
    {
        var csv = $"time,a\n2024-01-01,1\n2024-01-02,{(quoted ? "\"" : "")}{new string('7', 10_000_000)}";
        Assert.That(
            () => Read(csv),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: row 3: the line is longer than 1048576 bytes."));
    }

    [Test]
    public void A_header_of_ten_megabytes_is_refused() =>
        Assert.That(
            () => Read(new string('h', 10_000_000)),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: row 1: the line is longer than 1048576 bytes."));

    [Test]
    public void Invalid_UTF_8_is_refused_with_its_row()
    {
        byte[] csv = [.. "time,a\n2024-01-01,1\n2024-01-02,"u8, 0xC3, 0x28, .. "\n"u8];
        Assert.That(
            () => CsvTableReader.Read(new MemoryStream(csv), "x.csv", new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("x.csv: row 3: the line is not valid UTF-8"));
    }

    [Test]
    public void A_file_in_UTF_16_is_refused_as_such() =>
        Assert.That(
            () => CsvTableReader.Read(new MemoryStream([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Plain)]), "x.csv", new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("not valid UTF-8"));

    [Test]
    public void A_gzip_bomb_is_stopped_while_it_is_read()
    {
        var zipped = Zip([
            .. Encoding.UTF8.GetBytes(Plain),
            .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("2024-01-01 00:02:00,1,1\n", 800_000))),
        ]);
        var stream = new MemoryStream(zipped);
        Assert.That(zipped, Has.Length.LessThan(1_000_000));
        Assert.That(
            () => CsvTableReader.Read(stream, "x.csv.gz", new CsvReadOptions { MaxBytes = 1_000_000 }),
            Throws.TypeOf<TooLargeException>().With.Message.Contains("x.csv.gz: the file is larger than the limit of 1000000 bytes"));
        Assert.That(stream.Position, Is.LessThan(zipped.Length), "it was read to its end before it was stopped");
    }

    [Test]
    public void A_file_over_the_limit_is_stopped_while_it_is_read() =>
        Assert.That(
            () => Read(Plain, new CsvReadOptions { MaxBytes = 20 }),
            Throws.TypeOf<TooLargeException>().With.Message.Contains("larger than the limit of 20 bytes"));

    [Test]
    public void Damaged_gzip_is_refused()
    {
        var zipped = Zip(Encoding.UTF8.GetBytes(Plain));
        zipped[14] ^= 0xFF;
        zipped[15] ^= 0xFF;
        Assert.That(
            () => CsvTableReader.Read(new MemoryStream(zipped), "x.csv.gz", new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>());
    }

    [Test]
    public void Gzip_that_was_cut_short_anywhere_is_refused_and_never_a_shorter_file()
    {
        var zipped = Zip(Encoding.UTF8.GetBytes(
            "time,a\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{1704067200 + (60 * i)},{i * 7919 % 1000}\n"))));
        for (var length = 3; length < zipped.Length; length++)
        {
            var cut = zipped[..length];
            Assert.That(
                () => CsvTableReader.Read(new MemoryStream(cut), "x.csv.gz", new CsvReadOptions()),
                Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("x.csv.gz: the gzip data is damaged or cut short"),
                $"{length} of {zipped.Length} bytes");
        }
    }

    [Test]
    public void A_fault_says_file_row_and_column_to_programs_too()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Read("time,a\n2024-01-01,1\nsoon,2\n"))!;
        Assert.That(
            (fault.Details["file"], fault.Details["row"], fault.Details["column"]),
            Is.EqualTo(((object)"x.csv", (object)3L, (object)"time")));
    }

    [Test]
    public void Times_of_which_only_some_carry_a_zone_are_taken_with_a_warning() =>
        Assert.That(
            Read("time,a\n2024-01-01T00:00:00Z,1\n2024-01-01 01:01:00,2\n", new CsvReadOptions { Timezone = "Europe/Madrid" }).Warnings,
            Is.EqualTo(new[] { "x.csv: only some of the times carry a zone or are epoch seconds; the others are taken for local times." }));

    [Test]
    public void A_name_of_a_megabyte_does_not_make_a_message_of_a_megabyte() =>
        Assert.That(
            () => Read(new string('h', 1_000_000) + "\n1\n"),
            Throws.TypeOf<InvalidInputException>().With.Message.Length.LessThan(400));

    [TestCase("localtime", false)]
    [TestCase("posixrules", false)]
    [TestCase("right/Europe/Madrid", false)]
    [TestCase("posix/Europe/Madrid", false)]
    [TestCase("/etc/localtime", false)]
    [TestCase("../zoneinfo/Europe/Madrid", false)]
    [TestCase("", false)]
    [TestCase("Europe/Madrid", true)]
    [TestCase("UTC", true)]
    [TestCase("Etc/GMT-14", true)]
    public void A_zone_is_one_that_means_the_same_on_every_machine(string name, bool known) =>
        Assert.That(TimeZones.IsKnown(name), Is.EqualTo(known));

    [Test]
    public void Rows_are_counted_across_blocks_and_all_of_them_arrive()
    {
        const int Rows = 200_000;
        var csv = new StringBuilder("time,a,b\n");
        var start = new DateTime(2024, 1, 1);
        for (var i = 0; i < Rows; i++)
            csv.Append(CultureInfo.InvariantCulture, $"{start.AddMinutes(i):yyyy-MM-dd HH:mm:ss},{i},{i / 3.0:R}\n");
        var table = Read(csv.ToString());
        Assert.That(table.Rows, Is.EqualTo(Rows));
        Assert.That(
            table.Values[0].Select((v, i) => v == i && table.Values[1][i] == i / 3.0 && table.Timestamps[i] == start.AddMinutes(i))
                .All(same => same),
            Is.True);

        csv.Append("2025-01-01 00:00:00,1\n");
        Assert.That(
            () => Read(csv.ToString()),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains($"row {Rows + 2}: the row has 2 fields"));
    }

    [Test]
    public void Any_number_reads_back_exactly() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double>().Filter(v => Math.Abs(v) <= CsvBlock.Largest), value =>
            BitConverter.DoubleToInt64Bits(
                Read(
                    "time,a\n2024-01-01,"
                    + $"{value.ToString("R", CultureInfo.InvariantCulture)}\n").Values[0][0]) == BitConverter.DoubleToInt64Bits(value))
            .QuickCheckThrowOnFailure();

    [Test]
    public void Short_decimals_are_rounded_as_the_framework_does() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<byte>(), (digits, scale) =>
        {
            var text = new decimal((int)digits, (int)(digits >> 32) & 0x1FFFF, 0, digits < 0, (byte)(scale % 19))
                .ToString(CultureInfo.InvariantCulture);
            return Read($"time,a\n2024-01-01,{text}\n").Values[0][0] == double.Parse(text, CultureInfo.InvariantCulture);
        }).QuickCheckThrowOnFailure();

    private static RawTable Read(string csv, CsvReadOptions? options = null) => CsvText.Read(csv, options);

    private static byte[] Zip(byte[] content)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return zipped.ToArray();
    }
}
