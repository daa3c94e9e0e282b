using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Ensemble;

/// <summary>Weights of an ENSEMBLE's members at the knots, between them linear in log lead, beyond the last held.</summary>
/// <param name="leads">[K] In steps, ascending from 1.</param>
/// <param name="values">[K][M][P] By knot, target and member: at least 0, sum 1.</param>
public sealed class EnsembleWeights(int[] leads, double[][][] values)
{
    /// <summary>[K]</summary>
    public IReadOnlyList<int> Leads => leads;

    /// <summary>[K][M][P]</summary>
    public IReadOnlyList<double[][]> Values => values;

    /// <summary>P.</summary>
    public int Members => values[0][0].Length;

    /// <summary>[M][P] At a lead.</summary>
    public double[][] At(int lead)
    {
        var (knot, share) = Knots.Place(leads, lead);

        // So that what is equal at both knots stays what it is, to the last bit.
        return share == 0
            ? values[knot]
            : [.. values[knot].Zip(values[knot + 1], (here, next) => here.Zip(next, (a, b) => a + (share * (b - a))).ToArray())];
    }

    /// <summary>Those of some members, where the others have none.</summary>
    /// <param name="members">Positions, in their new order.</param>
    public EnsembleWeights Only(IReadOnlyList<int> members) =>
        new(leads, [.. values.Select(knot => knot.Select(target => members.Select(p => target[p]).ToArray()).ToArray())]);
}
