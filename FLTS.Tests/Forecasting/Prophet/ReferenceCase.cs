using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>One file of reference numbers with the rows it was made from.</summary>
internal sealed class ReferenceCase
{
    public static readonly string[] Names =
    [
        "synthetic_additive", "synthetic_additive_holidays", "synthetic_logistic", "synthetic_missing",
        "synthetic_multiplicative", "synthetic_pipeline_settings", "synthetic_short90",
    ];

    private static readonly string _folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "prophet");

    private ReferenceCase(string name)
    {
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, name + ".json")))!.AsObject();
        TrueMap = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "true_map.json")))![name + ".json"]!.AsObject();
        var rows = (int)Json["rows"]!;
        var table = ReadTable("synthetic.csv");
        var ds = table["ds"].Take(rows).Select(Date).ToArray();
        History = new ProphetFrame
        {
            Ds = ds,
            Y = Numbers(table[(string)Json["column"]!], rows),
            Cap = Numbers(table["cap"], rows),
        };
        var days = rows + (int)Json["future_days"]!;
        Future = new ProphetFrame
        {
            Ds = [.. Enumerable.Range(0, days).Select(i => ds[0].AddDays(i))],
            Cap = [.. Enumerable.Repeat(History.Cap![0], days)],
        };
        Settings = ReadSettings(Json["settings"] as JsonObject);

        // One file names a holiday table its design matrix never saw: the columns are what was fitted.
        if (!Strings("columns").Any(c => c.Contains("_delim_+", StringComparison.Ordinal)))
            Settings = Settings with { Holidays = [] };
    }

    public JsonObject Json { get; }

    public JsonObject TrueMap { get; }

    public ProphetFrame History { get; }

    /// <summary>The history's days and those after it, as the reference forecast them.</summary>
    public ProphetFrame Future { get; }

    public ProphetSettings Settings { get; }

    public Parameters ReferenceParameters =>
        new((double)Json["k"]!, (double)Json["m"]!, Doubles("delta"), Doubles("beta"), (double)Json["sigma_obs"]!);

    public static ReferenceCase Read(string name) => new(name);

    public double[] Doubles(string name) => [.. Json[name]!.AsArray().Select(v => (double)v!)];

    public string[] Strings(string name) => [.. Json[name]!.AsArray().Select(v => (string)v!)];

    public static Holiday[] ReadHolidays()
    {
        var table = ReadTable("synthetic_holidays.csv");
        return [.. Enumerable.Range(0, table["holiday"].Length).Select(i => new Holiday(
            table["holiday"][i],
            DateOnly.FromDateTime(Date(table["ds"][i])),
            int.Parse(table["lower_window"][i], CultureInfo.InvariantCulture),
            int.Parse(table["upper_window"][i], CultureInfo.InvariantCulture)))];
    }

    private static ProphetSettings ReadSettings(JsonObject? json)
    {
        var settings = new ProphetSettings();
        foreach (var (name, value) in json ?? [])
        {
            settings = name switch
            {
                "n.changepoints" => settings with { NChangepoints = (int)value! },
                "changepoint.prior.scale" => settings with { ChangepointPriorScale = (double)value! },
                "seasonality.prior.scale" => settings with { SeasonalityPriorScale = (double)value! },
                "holidays.prior.scale" => settings with { HolidaysPriorScale = (double)value! },
                "holidays" => settings with { Holidays = ReadHolidays() },
                "growth" => settings with { Growth = Enum.Parse<Growth>((string)value!, ignoreCase: true) },
                "seasonality.mode" => settings with { SeasonalityMode = Enum.Parse<TermMode>((string)value!, ignoreCase: true) },
                _ => throw new InvalidOperationException($"Unknown setting {name} in the reference."),
            };
        }

        return settings;
    }

    private static double[] Numbers(string[] column, int rows) =>
        [.. column.Take(rows)
            .Select(v => double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];

    private static DateTime Date(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, string[]> ReadTable(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(_folder, file)).Where(l => l.Length > 0).Select(l => l.Split(',')).ToArray();
        return lines[0].Select((name, i) => (name, i)).ToDictionary(c => c.name, c => lines.Skip(1).Select(l => l[c.i]).ToArray());
    }
}
