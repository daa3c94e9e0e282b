using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet;

/// <summary>
/// The hyperparameters of a PROPHET run: a JSON document (snake_case) completed with defaults, and the settings it stands for.
/// </summary>
/// <param name="Settings">What the fit uses.</param>
/// <param name="RefitOnAll">Refit on all of train after validation.</param>
/// <param name="Cap">Constant upper limit of a logistic trend; null: <paramref name="CapColumn"/>.</param>
/// <param name="Floor">Constant lower limit; null: <paramref name="FloorColumn"/>, or 0.</param>
/// <param name="CapColumn">Column with the upper limit, in the target's units.</param>
/// <param name="FloorColumn">Column with the lower limit, in the target's units.</param>
/// <param name="LimitsInDataUnits">Constant limits are in the target's units; else on the series' scale.</param>
internal sealed record ProphetHyperparameters(
    ProphetSettings Settings,
    bool RefitOnAll,
    double? Cap,
    double? Floor,
    string? CapColumn = null,
    string? FloorColumn = null,
    bool LimitsInDataUnits = false)
{
    /// <summary>Says that constant limits are in the data's units; a complete document of before has none, and means its scale.</summary>
    private const string LimitUnits = "limit_units";

    private const string DataUnits = "data";

    /// <summary>The complete document: every name with its value.</summary>
    public static JsonObject Normalise(JsonObject? given)
    {
        var from = StrictJson.Of(given, "hyperparameter", "PROPHET.");
        var d = new ProphetSettings();
        var document = new JsonObject
        {
            ["growth"] = from.Word("growth", "linear", "logistic", "flat") ?? "linear",
            ["cap"] = from.NumberOrColumn("cap"),
            ["floor"] = from.NumberOrColumn("floor"),
            ["changepoints"] = Changepoints(from),
            ["n_changepoints"] = from.Integer("n_changepoints", 0, 1000) ?? d.NChangepoints,
            ["changepoint_range"] = from.NumberAbove("changepoint_range", 0, 1) ?? d.ChangepointRange,
            ["changepoint_prior_scale"] = from.NumberAbove("changepoint_prior_scale", 0) ?? d.ChangepointPriorScale,
            ["yearly_seasonality"] = from.Switch("yearly_seasonality", 10),
            ["weekly_seasonality"] = from.Switch("weekly_seasonality", 3),
            ["daily_seasonality"] = from.Switch("daily_seasonality", 4),
            ["seasonalities"] = Table(from, "seasonalities", Seasonality),
            ["seasonality_mode"] = from.Word("seasonality_mode", "additive", "multiplicative") ?? "additive",
            ["seasonality_prior_scale"] = from.NumberAbove("seasonality_prior_scale", 0) ?? d.SeasonalityPriorScale,
            ["holidays"] = Table(from, "holidays", Holiday),
            ["holidays_mode"] = from.Word("holidays_mode", "additive", "multiplicative"),
            ["holidays_prior_scale"] = from.NumberAbove("holidays_prior_scale", 0) ?? d.HolidaysPriorScale,
            ["regressors"] = Table(from, "regressors", Regressor),
            ["scaling"] = from.Word("scaling", "absmax", "minmax") ?? "absmax",
            ["interval_width"] = from.NumberAbove("interval_width", 0, 1 - 1e-9) ?? d.IntervalWidth,
            ["uncertainty_samples"] = from.Integer("uncertainty_samples", 0, 100_000) ?? d.UncertaintySamples,
            ["refit_on_all"] = from.Flag("refit_on_all") ?? true,
            ["seed"] = from.Integer("seed", 0, int.MaxValue) ?? d.Seed,
        };
        // Documents that are stored are complete.
        var isStored = given is not null && document.All(p => given.ContainsKey(p.Key));
        if (from.Word(LimitUnits, DataUnits) is not null
            || (!isStored && (IsNumber(document["cap"]) || IsNumber(document["floor"]))))
            document[LimitUnits] = DataUnits;
        from.AllowOnly([.. document.Select(p => p.Key)]);
        document = Plain(document);
        Of(document);
        return document;
    }

    /// <summary>Reads a complete document.</summary>
    public static ProphetHyperparameters Of(JsonObject document)
    {
        var growth = Word<Growth>(document["growth"])!.Value;
        var (cap, capColumn) = NumberOrColumn(document["cap"]);
        var (floor, floorColumn) = NumberOrColumn(document["floor"]);
        if (growth == Growth.Logistic && cap is null && capColumn is null)
            throw new InvalidInputException(
                "growth is logistic without a cap; cap must be a number in the target's units or the name of a column.");
        if (growth != Growth.Logistic)
            (cap, capColumn, floor, floorColumn) = (null, null, null, null);
        if (floorColumn is null && cap <= (floor ?? 0))
            throw new InvalidInputException(FormattableString.Invariant($"cap is {cap}; it must lie above the floor {floor ?? 0}."));
        var settings = new ProphetSettings
        {
            Growth = growth,
            Changepoints = document["changepoints"]?.AsArray()
                .Select(v => DateTime.Parse((string)v!, CultureInfo.InvariantCulture))
                .ToArray(),
            NChangepoints = (int)document["n_changepoints"]!,
            ChangepointRange = (double)document["changepoint_range"]!,
            ChangepointPriorScale = (double)document["changepoint_prior_scale"]!,
            YearlySeasonality = Order(document["yearly_seasonality"]),
            WeeklySeasonality = Order(document["weekly_seasonality"]),
            DailySeasonality = Order(document["daily_seasonality"]),
            SeasonalityMode = Word<TermMode>(document["seasonality_mode"])!.Value,
            SeasonalityPriorScale = (double)document["seasonality_prior_scale"]!,
            Seasonalities = [.. document["seasonalities"]!.AsArray().Select(r => new Seasonality(
                (string)r!["name"]!,
                (double)r["period"]!,
                (int)r["fourier_order"]!,
                (double?)r["prior_scale"],
                Word<TermMode>(r["mode"]),
                (string?)r["condition"]))],
            Regressors = [.. document["regressors"]!.AsArray()
                .Select(r => new Regressor(
                    (string)r!["name"]!, (double?)r["prior_scale"], Word<TermMode>(r["mode"]), Standardise(r["standardize"]!)))],
            Holidays = [.. document["holidays"]!.AsArray().Select(r => new Holiday(
                (string)r!["holiday"]!,
                DateOnly.Parse((string)r["ds"]!, CultureInfo.InvariantCulture),
                (int)r["lower_window"]!,
                (int)r["upper_window"]!,
                (double?)r["prior_scale"]))],
            HolidaysMode = Word<TermMode>(document["holidays_mode"]),
            HolidaysPriorScale = (double)document["holidays_prior_scale"]!,
            Scaling = Word<ScalingRule>(document["scaling"])!.Value,
            IntervalWidth = (double)document["interval_width"]!,
            UncertaintySamples = (int)document["uncertainty_samples"]!,
            Seed = (int)document["seed"]!,
        };
        SettingsCheck.Check(settings);
        return new ProphetHyperparameters(
            settings,
            (bool)document["refit_on_all"]!,
            cap,
            floor,
            capColumn,
            floorColumn,
            document[LimitUnits] is not null && growth == Growth.Logistic);
    }

    // Nodes made in code keep their .NET type (an int is no double); parsed ones convert.
    private static JsonObject Plain(JsonObject document) => JsonNode.Parse(document.ToJsonString())!.AsObject();

    private static JsonArray? Changepoints(StrictJson from) => from.Times("changepoints") is { } times
        ? new JsonArray([.. times.Select(t => (JsonNode)t.ToString("s", CultureInfo.InvariantCulture))])
        : null;

    /// <summary>A list of objects, completed; members that no row has are refused.</summary>
    private static JsonArray Table(StrictJson from, string name, Func<StrictJson, JsonObject> read)
    {
        var table = new JsonArray();
        foreach (var row in from.Objects(name) ?? [])
        {
            var complete = read(row);
            row.AllowOnly([.. complete.Select(p => p.Key)]);
            table.Add(complete);
        }

        return table;
    }

    private static JsonObject Seasonality(StrictJson row) => new()
    {
        ["name"] = row.RequiredName("name"),
        ["period"] = row.RequiredNumberAbove("period", 0),
        ["fourier_order"] = row.RequiredInteger("fourier_order", 1, 1000),
        ["prior_scale"] = row.Number("prior_scale"),
        ["mode"] = row.Word("mode", "additive", "multiplicative"),
        ["condition"] = row.Name("condition"),
    };

    private static JsonObject Regressor(StrictJson row) => new()
    {
        ["name"] = row.RequiredName("name"),
        ["prior_scale"] = row.Number("prior_scale"),
        ["mode"] = row.Word("mode", "additive", "multiplicative"),
        ["standardize"] = row.AutoOrFlag("standardize"),
    };

    private static JsonObject Holiday(StrictJson row) => new()
    {
        ["holiday"] = row.RequiredName("holiday"),
        ["ds"] = row.RequiredDate("ds").ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["lower_window"] = row.Integer("lower_window", -366, 0) ?? 0,
        ["upper_window"] = row.Integer("upper_window", 0, 366) ?? 0,
        ["prior_scale"] = row.Number("prior_scale"),
    };

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == System.Text.Json.JsonValueKind.Number;

    private static (double? Number, string? Column) NumberOrColumn(JsonNode? node) => node?.GetValueKind() switch
    {
        null => (null, null),
        System.Text.Json.JsonValueKind.String => (null, (string)node!),
        _ => ((double)node!, null),
    };

    private static Standardisation Standardise(JsonNode node) => node.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => Standardisation.Always,
        System.Text.Json.JsonValueKind.False => Standardisation.Never,
        _ => Standardisation.Auto,
    };

    private static int? Order(JsonNode? node) => node!.GetValueKind() == System.Text.Json.JsonValueKind.String ? null : (int)node;

    private static T? Word<T>(JsonNode? node)
        where T : struct, Enum => node is null ? null : Enum.Parse<T>((string)node!, ignoreCase: true);
}
