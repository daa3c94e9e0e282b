using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>A small file may unpack, and a short series fill, to more than there is memory for.</summary>
[Parallelizable]
public class CellLimitTests
{
    [Test]
    public void More_values_than_are_allowed_are_refused_with_rows_and_columns() =>
        Assert.That(
            () => Read("time,a,b\n2024-01-01,,\n2024-01-02,,\n2024-01-03,,\n2024-01-04,,\n", new CsvReadOptions { MaxCells = 11 }),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(
                "x.csv: 4 rows of 3 columns, and more to come, are more than 11 values, the most that are taken (Limits:Cells"));

    [Test]
    public void Gaps_that_would_be_filled_to_more_values_than_are_allowed_are_refused() =>
        Assert.That(
            () => SeriesFrame.From(
                Read(
                    "time,a\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"2024-01-01 0{i}:00:00,1\n")) + "2024-02-01,1\n",
                    new CsvReadOptions { MaxCells = 100 }),
                100_000),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("more than 50 rows")
                .And.Message.Contains("up to 2024-02-01 00:00:00 alone 10 rows become")
                .And.Message.Contains("Use a smaller max_gap_steps"));

    private static RawTable Read(string csv, CsvReadOptions options)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return CsvTableReader.Read(bytes, "x.csv", options);
    }
}
