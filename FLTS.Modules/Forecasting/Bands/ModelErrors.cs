using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Metrics;

namespace FLTS.Forecasting.Bands;

/// <summary>Errors of one model at the bands that it could be judged at.</summary>
/// <param name="notJudged">Bands that the data cannot fill, with the reason.</param>
public sealed class ModelErrors(IReadOnlyDictionary<string, string> notJudged)
{
    private readonly Dictionary<LeadBand, BandErrors> _bands = [];
    private readonly Dictionary<string, string> _notJudged = new(notJudged, StringComparer.Ordinal);

    /// <summary>Those of a band; null where it was not judged.</summary>
    public BandErrors? this[LeadBand band] => _bands.GetValueOrDefault(band);

    /// <summary>Bands by name, with the reason why they were not judged; null: all were.</summary>
    public IReadOnlyDictionary<string, string>? NotJudged => _notJudged.Count > 0 ? _notJudged : null;

    /// <summary>A line a band, by lead.</summary>
    /// <param name="naive">NAIVE's errors on the same cells; null: no skill.</param>
    /// <param name="weights">Of the score.</param>
    public IReadOnlyList<BandScore> Scores(ModelErrors? naive, ScoreWeights weights) =>
        [.. _bands.Values
            .OrderBy(b => b.Band.Band.To)
            .Select(b => BandScore.Of(b.Band, b.Pooled(), naive?[b.Band.Band]?.Pooled(), weights))];

    /// <summary>A line a knot, by lead.</summary>
    public IReadOnlyList<LeadScore> Leads() =>
        [.. _bands.Values.SelectMany(b => b.At(Knots.All)).OrderBy(a => a.Lead).Select(a => LeadScore.Of(a.Lead, a.Errors))];

    internal void Add(IEnumerable<BandErrors> errors)
    {
        foreach (var band in errors)
        {
            if (band.Pooled().Cells > 0)
                _bands.Add(band.Band.Band, band);
            else
                AddNotJudged(band.Band.Band, "no cell of its origins was observed");
        }
    }

    internal void AddNotJudged(LeadBand band, string why) => _notJudged[band.ToString()] = why;
}
