namespace FLTS.Forecasting.Live;

/// <summary>
/// Evidence that the champion is worse than the version before it: an e-process over differences of their losses by block (FORECASTING.md
/// 9; empirical Bernstein, arXiv 2110.00115). Where the champion is no worse, it reaches 200 with a chance of at most one in 200, whenever
/// one looks.
/// </summary>
/// <param name="spread">q: what such a difference usually stays below.</param>
public sealed class RollbackEvidence(double spread)
{
    /// <summary>Steps of a block.</summary>
    public const int BlockSteps = 10;

    /// <summary>What evidence must reach to be acted on.</summary>
    public const double Enough = 200;

    /// <summary>More says no more.</summary>
    private const double MostLog = 500;

    /// <summary>How much worse the champion may be.</summary>
    private const double Allowed = 1.02;

    private static readonly double[] _bets = [.05, .1, .2, .4, .8];

    private double _sum, _squares;
    private int _count;

    /// <summary>E; 1 where nothing is known, 0 at least, and finite.</summary>
    public double Value => _bets.Average(bet => Math.Exp(Math.Min(MostLog, (bet * _sum) - ((-Math.Log(1 - bet) - bet) * _squares))));

    /// <summary>Adds a block.</summary>
    /// <param name="champion">Its mean scaled absolute error at lead 1.</param>
    /// <param name="other">That of the version before.</param>
    public void Add(double champion, double other)
    {
        var x = Math.Clamp((champion - (Allowed * other)) / (2 * spread), -0.5, 0.5);
        var before = _count == 0 ? 0 : _sum / _count;
        _squares += (x - before) * (x - before);
        _sum += x;
        _count++;
    }

    /// <summary>q of a pair, from the blocks of the validation replay; null: they have none in common, or no loss.</summary>
    public static double? SpreadOf(IReadOnlyList<(double Champion, double Other)> blocks)
    {
        if (blocks.Count == 0)
            return null;

        double[] differences = [.. blocks.Select(b => Math.Abs(b.Champion - b.Other)).Order()];
        var spread = Math.Max(Series.Statistics.Quantile(differences, 0.99), 0.05 * blocks.Average(b => b.Other));
        return spread > 0 ? spread : null;
    }

    /// <summary>
    /// Whether evidence is acted on where many stations are watched: as many as reach together what one would have to reach alone (e-BH).
    /// </summary>
    /// <param name="own">E of the station.</param>
    /// <param name="all">E of every station, this one among them.</param>
    public static bool IsEnough(double own, IEnumerable<double> all)
    {
        double[] falling = [.. all.OrderDescending()];
        var least = double.PositiveInfinity;
        for (var k = 1; k <= falling.Length; k++)
        {
            if (falling[k - 1] >= Enough * falling.Length / k)
                least = falling[k - 1];
        }

        return own >= least;
    }
}
