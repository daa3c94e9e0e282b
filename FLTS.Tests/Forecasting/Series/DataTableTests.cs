using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>The tables of docs/data.md are what happens.</summary>
[TestFixture, Parallelizable]
internal sealed class DataTableTests
{
    private const string Refused = "refused: ";

    private static readonly string[][][] _tables = [.. Tables()];

    [TestCaseSource(nameof(Times))]
    public void A_time_is_read_as_the_table_says(string[] row) => CheckTime(row, null);

    [TestCaseSource(nameof(ZonedTimes))]
    public void A_zoned_time_is_read_as_the_table_says(string[] row) => CheckTime(row, "Etc/GMT-1");

    [TestCaseSource(nameof(Cells))]
    public void A_cell_is_read_as_the_table_says(string[] row) => CheckCell(row, "2.5");

    [TestCaseSource(nameof(CommaCells))]
    public void A_cell_beside_decimal_commas_is_read_as_the_table_says(string[] row) => CheckCell(row, "2,5");

    [Test]
    public void The_tables_are_long() =>
        Assert.That(
            (_tables[1].Length + _tables[2].Length, _tables[3].Length + _tables[4].Length), Is.EqualTo((55, 44)));

    private static void CheckTime(string[] row, string? timezone)
    {
        RawTable Read() => CsvText.Read($"time;load\n{row[0]};1\n", new CsvReadOptions { Timezone = timezone });
        Check(
            row[^1],
            Read,
            read => Assert.That(
                timezone is null ? Read().Timestamps[0] : ZoneClock.Of(timezone).Local(Read().Timestamps[0]),
                Is.EqualTo(DateTime.Parse(read, CultureInfo.InvariantCulture))));
    }

    private static void CheckCell(string[] row, string other)
    {
        var options = ReadingOptionsParser.Read(
            StrictJson.Of(row[1].Length > 0 ? JsonNode.Parse(row[1])!.AsObject() : null, "reading option"));
        RawTable Read() => CsvText.Read(
            $"time;load\n2024-01-05;1\n2024-01-06;{row[0]}\n2024-01-07;{other}\n", new CsvReadOptions { Reading = options });
        Check(
            row[^1],
            Read,
            read => Assert.That(
                Read().Values[0][1],
                Is.EqualTo(read == "missing" ? double.NaN : double.Parse(read, CultureInfo.InvariantCulture))));
    }

    private static void Check(string read, Func<RawTable> reading, Action<string> check)
    {
        if (read.StartsWith(Refused, StringComparison.Ordinal))
        {
            var fault = Assert.Throws<InvalidInputException>(() => reading())!;
            Assert.That(fault.Message, Does.Contain(read[Refused.Length..]));
            Assert.That(fault.Message, Does.Match("^x.csv: row [234].*column '(time|load)'"));
        }
        else
        {
            check(read);
        }
    }

    private static IEnumerable<TestCaseData> Times() => Rows(1);

    private static IEnumerable<TestCaseData> ZonedTimes() => Rows(2);

    private static IEnumerable<TestCaseData> Cells() => Rows(3);

    private static IEnumerable<TestCaseData> CommaCells() => Rows(4);

    private static IEnumerable<TestCaseData> Rows(int table) =>
        _tables[table].Select(row => new TestCaseData((object)row).SetArgDisplayNames($"{row[0]} {(row.Length > 2 ? row[1] : "")}".Trim()));

    /// <summary>[table][row][cell] without headings.</summary>
    private static IEnumerable<string[][]> Tables()
    {
        var rows = new List<string[]>();
        foreach (var line in File.ReadAllLines(Path.Combine(Repository.Root, "docs", "data.md")).Append(""))
        {
            if (line.StartsWith("| ", StringComparison.Ordinal))
                rows.Add([.. line[1..^1].Split('|').Select(cell => Plain(cell[1..].TrimEnd()))]);
            else if (rows.Count > 0)
                yield return [.. rows.Skip(2)];
            if (!line.StartsWith("| ", StringComparison.Ordinal))
                rows = [];
        }
    }

    private static string Plain(string cell) => cell.StartsWith('`') && cell.EndsWith('`') && cell.Length > 1 ? cell[1..^1] : cell;
}
