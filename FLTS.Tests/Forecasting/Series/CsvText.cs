using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Tests.Forecasting.Series;

/// <summary>A CSV that a test writes down.</summary>
internal static class CsvText
{
    public static RawTable Read(string csv, CsvReadOptions? options = null) =>
        CsvTableReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "x.csv", options ?? new CsvReadOptions());

    public static RawTable Read(string csv, ReadingOptions reading) => Read(csv, new CsvReadOptions { Reading = reading });

    /// <summary>A file of two columns, time and load.</summary>
    public static string Of(IEnumerable<string> times) =>
        "time,load\n" + string.Concat(times.Select((time, row) => FormattableString.Invariant($"{time},{row + 0.5}\n")));
}
