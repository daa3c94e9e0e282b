using System.Globalization;
using System.IO.Compression;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[TestFixture]
internal sealed class CsvTailTests
{
    [Test]
    public void It_is_the_end_of_what_the_whole_reader_reads() =>
        Prop.ForAll(_files, file =>
        {
            var (whole, tail) = (
                CsvTableReader.Read(file.Open(), "x.csv", new CsvReadOptions()),
                CsvTail.Read(file.Open(), "x.csv", file.Wanted, new CsvReadOptions()));
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
            CsvTail.Read(new MemoryStream(text), "x.csv", wanted, new CsvReadOptions()),
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
            () => CsvTail.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "x.csv", 2, new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(whole.Message));
    }

    [Test]
    public void A_fault_before_the_last_rows_is_not_looked_at() =>
        Assert.That(
            CsvTail.Read(
                new MemoryStream("time,a\nyesterday,1\n2024-01-01,2\n2024-01-02,3\n"u8.ToArray()),
                "x.csv",
                2,
                new CsvReadOptions()).Values[0],
            Is.EqualTo(new[] { 2.0, 3 }));

    [Test]
    public void Damaged_gzip_is_refused()
    {
        var zipped = Zip(Encoding.UTF8.GetBytes("time,a\n2024-01-01,2\n"));
        zipped[14] ^= 0xFF;
        zipped[15] ^= 0xFF;
        Assert.That(
            () => CsvTail.Read(new MemoryStream(zipped), "x.csv.gz", 2, new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith("x.csv.gz: the gzip data is damaged"));
    }

    [Test]
    public void A_long_line_is_refused_before_it_is_all_in_memory()
    {
        var text = new MemoryStream(Encoding.UTF8.GetBytes($"time,a\n2024-01-01,2\n{new string('7', 20_000_000)}"));
        Assert.That(
            () => CsvTail.Read(text, "x.csv", 2, new CsvReadOptions()),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("x.csv: row 3: the line is longer than 1048576 bytes."));
        Assert.That(text.Position, Is.LessThan(5_000_000));
    }

    [Test]
    public void A_file_over_the_limit_is_stopped_while_it_is_read()
    {
        var text = Encoding.UTF8.GetBytes("time,a\n" + string.Concat(Enumerable.Repeat("2024-01-01,2\n", 1000)));
        Assert.That(
            () => CsvTail.Read(new MemoryStream(text), "x.csv", 2, new CsvReadOptions { MaxBytes = 5000 }),
            Throws.TypeOf<TooLargeException>());
        Assert.That(
            () => CsvTail.Read(new MemoryStream(Zip(text)), "x.csv", 2, new CsvReadOptions { MaxBytes = 5000 }),
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
