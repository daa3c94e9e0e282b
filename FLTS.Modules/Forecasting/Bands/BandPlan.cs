using System.Globalization;

namespace FLTS.Forecasting.Bands;

/// <summary>Which bands a scored set can judge, and from how many origins.</summary>
/// <param name="Bands">By lead.</param>
/// <param name="NotJudged">The others, with the reason.</param>
/// <param name="NearOrigins">Of bands that end within the twenty-fourth part of a season.</param>
/// <param name="FarOrigins">Of the others: their windows overlap anyway.</param>
public sealed record BandPlan(
    IReadOnlyList<LeadBand> Bands, IReadOnlyDictionary<string, string> NotJudged, int NearOrigins, int FarOrigins)
{
    private const int MostNear = 2000, MostFar = 1000;

    /// <summary>Origins that are asked for whatever they cost: fewer judge nothing.</summary>
    private const int Fewest = 100;

    /// <summary>
    /// Operations of all models together, some seconds of a core, for the near bands and again for the far ones: what is fed its own
    /// forecasts computes every step on the way, and then fewer origins have to do, the same for all.
    /// </summary>
    private const double MostOperations = 1e11;

    /// <summary>Season, in steps.</summary>
    public required int Season { get; init; }

    /// <summary>What is asked of a model: so many origins, so far.</summary>
    public IReadOnlyList<(int Origins, int LastLead)> Questions => [.. Bands
        .GroupBy(b => b.IsNear(Season))
        .Select(g => (g.Key ? NearOrigins : FarOrigins, g.Max(b => b.To)))];

    /// <param name="season">In steps.</param>
    /// <param name="rows">Scored ones.</param>
    /// <param name="operations">Of a forecast of so many steps from one origin by all models; null: it costs nothing.</param>
    public static BandPlan Of(int season, int rows, Func<int, double>? operations = null)
    {
        var (bands, notJudged) = (new List<LeadBand>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var band in LeadBand.Of(season))
        {
            if (WhyNot(band, rows) is { } why)
                notJudged[band.ToString()] = why;
            else
                bands.Add(band);
        }

        return new BandPlan(bands, notJudged, Origins(MostNear, isNear: true), Origins(MostFar, isNear: false)) { Season = season };

        int Origins(int most, bool isNear)
        {
            var last = bands.FindLast(b => b.IsNear(season) == isNear).To;
            var affordable = last == 0 || operations is null ? most : MostOperations / operations(last);
            return Math.Min(rows, (int)Math.Min(most, Math.Max(Fewest, affordable)));
        }
    }

    private static string? WhyNot(LeadBand band, int rows) => band.To > LeadBand.Longest
        ? string.Create(CultureInfo.InvariantCulture, $"no forecast is longer than {LeadBand.Longest} steps")
        : rows < band.To
            ? string.Create(CultureInfo.InvariantCulture, $"{rows} scored rows are fewer than its {band.To} steps")
            : null;
}
