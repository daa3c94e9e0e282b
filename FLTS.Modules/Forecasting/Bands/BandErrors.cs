using FLTS.Forecasting.Metrics;

namespace FLTS.Forecasting.Bands;

/// <summary>Errors of one model at the leads of one band.</summary>
public sealed class BandErrors
{
    private readonly IReadOnlyList<double> _weights; // [M]
    private readonly LeadSums[][] _leads; // [asked][M]

    internal BandErrors(JudgedBand band, LeadSums[][] leads, IReadOnlyList<double> weights, OriginErrors origins) =>
        (Band, _leads, _weights, Origins) = (band, leads, weights, origins);

    /// <summary>What was judged.</summary>
    public JudgedBand Band { get; }

    /// <summary>The same errors by origin.</summary>
    public OriginErrors Origins { get; }

    /// <summary>Over the whole band.</summary>
    internal PooledErrors Pooled()
    {
        var sums = new LeadSums[_weights.Count];
        for (var l = 0; l < _leads.Length; l++)
        {
            if (!Band.Counted.Contains(Band.Asked[l]))
                continue;
            for (var m = 0; m < sums.Length; m++)
                sums[m].Add(_leads[l][m]);
        }

        return PooledErrors.Of(sums, _weights);
    }

    /// <summary>At the leads among some that were asked for.</summary>
    internal IEnumerable<(int Lead, PooledErrors Errors)> At(IReadOnlyList<int> leads) => Band.Asked
        .Select((lead, l) => (lead, l))
        .Where(a => leads.Contains(a.lead))
        .Select(a => (a.lead, PooledErrors.Of(_leads[a.l], _weights)));
}
