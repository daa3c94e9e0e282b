using System.Globalization;
using System.IO.Compression;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[TestFixture, Parallelizable]
internal sealed class NewestCsvRowsTests
{
    [Test]
    public void It_is_the_end_of_what_the_whole_reader_reads() =>
        Prop.ForAll(_files, file =>
        {
            var (whole, tail) = (
                CsvTableReader.Read(file.Open(), "x.csv", new CsvReadOptions()),
                Newest(file.Open(), file.Wanted));
            RequireEnd(whole, tail, file.Wanted);
        }).QuickCheckThrowOnFailure();

    [TestCase(1)]
    [TestCase(1000)]
    [TestCase(150_000)]
    [TestCase(199_999)]
    [TestCase(200_000)]
    [TestCase(1_000_000)]
    public void It_is_that_across_blocks_too(int wanted)
    {
        var text = Encoding.UTF8.GetBytes(
            "\n\r\ntime,a\n"
            + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{1704067200 + (60 * i)},{i}\n{(i % 5 == 0 ? "\r\n" : "")}")));
        Assert.That(text, Has.Length.GreaterThan(3 << 20), "several blocks");
        RequireEnd(
            CsvTableReader.Read(new MemoryStream(text), "x.csv", new CsvReadOptions()),
            Newest(new MemoryStream(text), wanted),
            wanted);
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("time,a")]
    [TestCase("time,a\n\n")]
    [TestCase("when,a\n2024-01-01,1\n")]
    [TestCase("time,a\n2024-01-01,1\n2024-01-02,inf\n")]
    [TestCase("time,a\n2024-01-01,1\n\n2024-01-02,1,7\n")]
    [TestCase("\n\ntime,a\n2024-01-01,1\n2024-01-02,1\n\n2024-01-03,\"1\n2\"\n")]
    public void A_fault_in_the_last_rows_is_told_with_the_row_of_the_whole_file(string csv)
    {
        var whole = Assert.Throws<InvalidInputException>(() =>
            CsvTableReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "x.csv", new CsvReadOptions()))!;
        Assert.That(
            () => Newest(new MemoryStream(Encoding.UTF8.GetBytes(csv)), 2),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(whole.Message));
    }

    [Test]
    public void They_are_the_newest_by_time_wherever_they_stand_and_the_last_of_doubles_counts_as_newer() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (rows, wanted) = (random.Next(1, 400), random.Next(1, 60));
            var minutes = Enumerable.Range(0, rows).Select(i => random.Next(20) == 0 ? random.Next(rows) : i).ToArray();
            random.Shuffle(minutes);
            var csv = "time,a\n" + string.Concat(minutes.Select((m, i) => $"{1704067200 + (60 * m)},{i}\n"));

            var newest = Newest(new MemoryStream(Encoding.UTF8.GetBytes(csv)), wanted);

            var expected = minutes.Select((m, i) => (m, i)).OrderBy(r => r).TakeLast(wanted).OrderBy(r => r.i).Select(r => (double)r.i);
            return newest.Values[0].SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void All_rows_of_a_span_before_the_newest_are_taken_however_many()
    {
        var csv = "time,a\n" + string.Concat(Enumerable.Range(0, 500).Reverse().Select(m => $"{1704067200 + (60 * m)},{m}\n"));
        var options = new CsvReadOptions { Newest = 5, NewestSpan = TimeSpan.FromMinutes(100) };
        Assert.That(
            CsvTableReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "x.csv", options).Values[0],
            Is.EqualTo(Enumerable.Range(399, 101).Reverse().Select(m => (double)m)));
    }

    [Test]
    public void Damaged_gzip_is_refused()
    {
        var zipped = Zip(Encoding.UTF8.GetBytes("time,a\n2024-01-01,2\n"));
        zipped[14] ^= 0xFF;
        zipped[15] ^= 0xFF;
        Assert.That(
            () => Newest(new MemoryStream(zipped), 2),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("x.csv: the gzip data is damaged"));
    }

    [Test]
    public void A_long_line_is_refused_before_it_is_all_in_memory()
    {
        var text = new MemoryStream(Encoding.UTF8.GetBytes($"time,a\n2024-01-01,2\n{new string('7', 20_000_000)}"));
        Assert.That(
            () => Newest(text, 2),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: row 3: the line is longer than 1048576 bytes."));
        Assert.That(text.Position, Is.LessThan(5_000_000));
    }

    [Test]
    public void A_file_over_the_limit_is_stopped_while_it_is_read()
    {
        var text = Encoding.UTF8.GetBytes("time,a\n" + string.Concat(Enumerable.Repeat("2024-01-01,2\n", 1000)));
        Assert.That(
            () => Newest(new MemoryStream(text), 2, 5000),
            Throws.TypeOf<TooLargeException>());
        Assert.That(
            () => Newest(new MemoryStream(Zip(text)), 2, 5000),
            Throws.TypeOf<TooLargeException>());
    }

    private static readonly Arbitrary<SmallFile> _files = (
        from cells in ArbMap.Default.GeneratorFor<byte?>().Select(b => b?.ToString(CultureInfo.InvariantCulture) ?? "").Two().ArrayOf()
        from first in Gen.Elements("", "\n", "\r\n\n", "\uFEFF")
        from ends in Gen.Elements("\n", "\r\n", "\n\n", "\n\r\n").ArrayOf(cells.Length + 2)
        from separator in Gen.Elements(",", ";", "\t")
        from last in Gen.Elements(true, false)
        from zipped in Gen.Elements(true, false)
        from wanted in Gen.Choose(1, cells.Length + 5)
        select new SmallFile(
            $"{first}time{separator}a{separator}\"b\"{ends[0]}"
            + string.Join("", cells.Append(("7", "8")).Select((c, i) =>
                $"{1704067200 + (60 * i)}{separator}{c.Item1}{separator}\"{c.Item2}\"{(last || i < cells.Length ? ends[i + 1] : "")}")),
            zipped,
            wanted)).ToArbitrary();

    private static void RequireEnd(RawTable whole, RawTable tail, int wanted)
    {
        var count = Math.Min(wanted, whole.Rows);
        Assert.That((tail.Rows, tail.TimestampColumn), Is.EqualTo((count, whole.TimestampColumn)));
        Assert.That(tail.Columns, Is.EqualTo(whole.Columns));
        Assert.That(tail.Header, Is.EqualTo(whole.Header));
        Assert.That(tail.Timestamps, Is.EqualTo(whole.Timestamps[^count..]));
        for (var c = 0; c < whole.Columns.Count; c++)
            Assert.That(tail.Values[c].AsSpan().SequenceEqual(whole.Values[c].AsSpan(whole.Rows - count)), Is.True, whole.Columns[c]);
    }

    private static RawTable Newest(MemoryStream csv, int rows, long maxBytes = 1 << 30) =>
        CsvTableReader.Read(csv, "x.csv", new CsvReadOptions { MaxBytes = maxBytes, Newest = rows });

    private static byte[] Zip(byte[] text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(text);
        return zipped.ToArray();
    }

    private sealed record SmallFile(string Text, bool Zipped, int Wanted)
    {
        public MemoryStream Open() => new(Zipped ? Zip(Encoding.UTF8.GetBytes(Text)) : Encoding.UTF8.GetBytes(Text));
    }
}
