using System.Globalization;

namespace FLTS.Tests.Datasets;

/// <summary>A file in the shape of one that is public.</summary>
/// <param name="Name">Of its source.</param>
/// <param name="Text">The file.</param>
/// <param name="Option">The one option that it takes, as JSON; null: it takes none.</param>
/// <param name="Columns">That are forecast.</param>
internal sealed record PublicFile(string Name, string Text, string? Option, params string[] Columns)
{
    public override string ToString() => Name;
}

/// <summary>Files as the public has them, made in their shape: separators, names, times, gaps and habits; the numbers are waves.</summary>
internal static class PublicFiles
{
    /// <summary>Of each series.</summary>
    public const int Rows = 400;

    public static IEnumerable<PublicFile> All() =>
    [
        MilanGrid(), HouseholdPower(), BikeCounts(), GridLoad(), RiverGauge(), WebTraffic(), ExcelExport(), DataLogger(), Unemployment(),
        LteCells(),
    ];

    /// <summary>Telecommunications of Milan: one cell below the other, milliseconds.</summary>
    public static PublicFile MilanGrid()
    {
        var first = new DateTimeOffset(2013, 11, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return new PublicFile(
            "Milan grid cells",
            "CellID,time,smsin,internet\n" + string.Concat(
                from cell in (int[])[4259, 4456, 5060]
                from row in Enumerable.Range(0, Rows)
                select Line($"{cell},{first + (row * 600_000L)},{Wave(row, 144, 2)},{Wave(row + cell, 144, 50)}")),
            """{"series_column":"CellID"}""",
            "smsin", "internet");
    }

    /// <summary>Individual household electric power consumption: the day in one column, its time in the next.</summary>
    private static PublicFile HouseholdPower() => new(
        "household power",
        "Date;Time;Global_active_power;Voltage\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => Line(
            $"{Minutes("2006-12-16 17:24", row):dd/MM/yyyy;HH:mm:ss};{Cell(row, 60, 4, "?")};{Cell(row, 90, 240, "?")}"))),
        """{"timestamp_column":"Date+Time"}""",
        "Global_active_power", "Voltage");

    /// <summary>Fremont bridge bicycle counter: month first, twelve hours.</summary>
    private static PublicFile BikeCounts() => new(
        "bike counts",
        "Date,Fremont Bridge Total,East Sidewalk\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => Line(
            $"{Hours("2012-10-03 00:00", row):MM/dd/yyyy hh:mm:ss tt},{Count(row, 24, 60)},{Cell(row, 24, 25, "")}"))),
        null,
        "Fremont Bridge Total", "East Sidewalk");

    /// <summary>National consumption of electricity: half hours with the offset of the day, over the end of summer time.</summary>
    private static PublicFile GridLoad() => new(
        "RTE load",
        "time;consommation\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
        {
            var utc = Minutes("2023-10-26 22:00", 30 * row);
            var offset = TimeSpan.FromHours(utc < new DateTime(2023, 10, 29, 1, 0, 0) ? 2 : 1);
            return Line($"{new DateTimeOffset(utc + offset, offset):yyyy-MM-dd'T'HH:mm:sszzz};{Count(row, 48, 42_000)}");
        })),
        """{"timezone":"Europe/Madrid"}""",
        "consommation");

    /// <summary>Gauge height of a river: tabs, a row of column formats, words between the numbers.</summary>
    private static PublicFile RiverGauge() => new(
        "gauge readings",
        "agency_cd\tsite_no\tdatetime\ttz_cd\tgage_height\n5s\t15s\t20d\t6s\t14n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
            Line($"USGS\t01646500\t{Minutes("2023-05-01 00:00", 15 * row):yyyy-MM-dd HH:mm}\tEST\t{Wave(row, 50, 3)}"))),
        """{"skip_rows":1}""",
        "site_no", "gage_height");

    /// <summary>Views of an encyclopaedia: hours as ten digits.</summary>
    private static PublicFile WebTraffic() => new(
        "web traffic",
        "project,timestamp,views\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
            Line($"en.wikipedia,{Hours("2023-10-01 00:00", row):yyyyMMddHH},{Count(row, 24, 9_000_000)}"))),
        null,
        "views");

    /// <summary>A spreadsheet of a country with decimal commas.</summary>
    private static PublicFile ExcelExport() => new(
        "Excel export",
        "\uFEFFZeit;Verbrauch;Temperatur\r\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => Line(
            $"{Minutes("2024-01-05 00:00", 15 * row):dd.MM.yyyy HH:mm};\"{Comma(row, 96, 48)}\";{Comma(row, 96, 5)}\r"))),
        """{"timestamp_column":"Zeit"}""",
        "Verbrauch", "Temperatur");

    /// <summary>A logger's table: units and kinds of sampling below the names, a record number.</summary>
    private static PublicFile DataLogger() => new(
        "logger with unit rows",
        "\"TIMESTAMP\",\"RECORD\",\"AirTC_Avg\",\"RH\"\n\"TS\",\"RN\",\"Deg C\",\"%\"\n\"\",\"\",\"Avg\",\"Smp\"\n" + string.Concat(
            from row in Enumerable.Range(0, Rows)
            let time = Minutes("2024-03-01 00:10", 10 * row)
            select Line($"\"{time:yyyy-MM-dd HH:mm:ss}\",{row},{Wave(row, 144, 12)},{Cell(row, 144, 60, "\"NAN\"")}")),
        """{"skip_rows":2}""",
        "RECORD", "AirTC_Avg", "RH");

    /// <summary>A rate of every month since decades; a point where there was none.</summary>
    private static PublicFile Unemployment() => new(
        "monthly economics",
        "DATE,UNRATE\n" + string.Concat(Enumerable.Range(0, Rows).Select(row =>
            Line($"{new DateTime(1990, 1, 1).AddMonths(row):yyyy-MM-dd},{Cell(row, 12, 5, ".")}"))),
        """{"missing_words":["."]}""",
        "UNRATE");

    /// <summary>Key figures of radio cells: hours, cells in turn, cells without a value.</summary>
    private static PublicFile LteCells() => new(
        "LTE KPIs",
        "Date,Cell Name,PRB Utilization (%),DL Throughput (Mbps)\n" + string.Concat(
            from row in Enumerable.Range(0, Rows)
            from cell in (string[])["BCN001_L1", "BCN001_L2", "BCN002_L1"]
            select Line($"{Hours("2024-03-01 00:00", row):yyyy-MM-dd HH:mm},{cell},{Wave(row, 24, 30)},{Cell(row, 24, 15, "#N/A")}")),
        """{"series_column":"Cell Name"}""",
        "PRB Utilization (%)", "DL Throughput (Mbps)");

    private static string Line(FormattableString text, string end = "\n") => text.ToString(CultureInfo.InvariantCulture) + end;

    private static string Wave(int row, int season, double level)
    {
        var value = level * (1 + (0.3 * Math.Sin(2 * Math.PI * row / season)) + (0.02 * ((row * 7919 % 11) - 5)));
        return value.ToString("0.000", CultureInfo.InvariantCulture);
    }

    /// <summary>A wave with cells that nobody measured.</summary>
    private static string Cell(int row, int season, double level, string missing) => row % 97 == 33 ? missing : Wave(row, season, level);

    private static string Comma(int row, int season, double level) => Wave(row, season, level).Replace('.', ',');

    private static int Count(int row, int season, int level) => (int)double.Parse(Wave(row, season, level), CultureInfo.InvariantCulture);

    private static DateTime Minutes(string from, int minutes) => DateTime.Parse(from, CultureInfo.InvariantCulture).AddMinutes(minutes);

    private static DateTime Hours(string from, int hours) => Minutes(from, 60 * hours);
}
