using FLTS.Forecasting.Baselines;

namespace FLTS.Forecasting.Trees;

/// <summary>Windows of train and what a base forecasts from them, for all knots.</summary>
internal sealed class KnotLessons
{
    private readonly double[,,] _unseen, _kept; // [N, K, M]

    /// <param name="data">Train.</param>
    /// <param name="origins">[N] Its windows.</param>
    /// <param name="unseen">The base that has not seen the validation part.</param>
    /// <param name="kept">The base that is kept.</param>
    public KnotLessons(TrainingSet data, OriginRows origins, LeadBase unseen, LeadBase kept)
    {
        (Data, Origins, Knots) = (data, origins, unseen.Knots);
        (_unseen, var unseasonal) = unseen.OfTrain(data.Series, origins.Rows);
        _kept = ReferenceEquals(unseen, kept) ? _unseen : kept.OfTrain(data.Series, origins.Rows).Forecast;
        First = unseen.IsSeasonal ? unseasonal : 0;
    }

    /// <summary>Train.</summary>
    public TrainingSet Data { get; }

    /// <summary>[N] Its windows.</summary>
    public OriginRows Origins { get; }

    /// <summary>[K] Leads, ascending.</summary>
    public int[] Knots { get; }

    /// <summary>The first of the origins from which everything is known that trees see.</summary>
    public int First { get; }

    /// <summary>What the base forecasts.</summary>
    /// <param name="origin">Its position among the origins.</param>
    /// <param name="knot">Its position among the knots.</param>
    /// <param name="target">Its position among the targets.</param>
    /// <param name="part">The base that is kept has seen all.</param>
    public double Base(int origin, int knot, int target, TrainPart part) =>
        (part == TrainPart.All ? _kept : _unseen)[origin, knot, target];
}
