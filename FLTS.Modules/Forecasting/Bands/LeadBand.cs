using System.Globalization;

namespace FLTS.Forecasting.Bands;

/// <summary>Leads that are judged together, in steps (FORECASTING.md 6).</summary>
/// <param name="From">First of them.</param>
/// <param name="To">Last of them.</param>
public readonly record struct LeadBand(int From, int To)
{
    /// <summary>Longest forecast that can be asked for at once: what nobody can ask for is not judged.</summary>
    public const int Longest = 10_000;

    /// <summary>
    /// Leads of a band that are asked for, at most: neighbours hardly differ, and a direct model computes what it is asked for.
    /// </summary>
    private const int MostLeads = 15;

    /// <summary>The part of a season at which bands end up to which origins are plenty and no whole seasons of test are needed.</summary>
    private const int NearPart = 24;

    private static readonly int[] _parts = [144, 48, NearPart, 8, 2, 1];

    /// <summary>Bands of a season: the first step, then up to each part of it that is a whole number of steps above the last.</summary>
    /// <param name="season">In steps, at least 1.</param>
    public static IReadOnlyList<LeadBand> Of(int season)
    {
        var bands = new List<LeadBand> { new(1, 1) };
        foreach (var part in _parts)
        {
            if (season % part == 0 && season / part > bands[^1].To)
                bands.Add(new LeadBand(bands[^1].To + 1, season / part));
        }

        return bands;
    }

    /// <summary>Whether it ends within the twenty-fourth part of a season, or is the first step.</summary>
    public bool IsNear(int season) => To <= Math.Max(1, season / NearPart);

    /// <summary>Leads that stand for all of it, evenly spread, ascending; the last is <see cref="To"/>.</summary>
    public int[] Leads()
    {
        var (before, width) = (From - 1, To - From + 1);
        var count = Math.Min(width, MostLeads);
        return [.. Enumerable.Range(1, count).Select(i => before + (int)((long)width * i / count))];
    }

    /// <summary>For example <c>31-90</c>.</summary>
    public override string ToString() => From == To
        ? To.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{From}-{To}");
}
