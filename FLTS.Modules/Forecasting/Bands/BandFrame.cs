using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FLTS.Forecasting.Preparation;

namespace FLTS.Forecasting.Bands;

/// <summary>
/// What all models are asked for to be judged at every lead (FORECASTING.md 6): origins drawn from the scored set by the data alone, the
/// same for every model, so that nothing but the data decides which hours count.
/// </summary>
public sealed class BandFrame
{
    /// <summary>Windows, and whole seasons of test, that a band needs to decide.</summary>
    private const int FewestToDecide = 5;

    private BandFrame(EvaluationFrame frame, IReadOnlyList<JudgedBand> bands, IReadOnlyDictionary<string, string> notJudged) =>
        (Frame, Bands, NotJudged) = (frame, bands, notJudged);

    /// <summary>The scored set.</summary>
    public EvaluationFrame Frame { get; }

    /// <summary>By lead.</summary>
    public IReadOnlyList<JudgedBand> Bands { get; }

    /// <summary>Bands that the data cannot fill, with the reason.</summary>
    public IReadOnlyDictionary<string, string> NotJudged { get; }

    /// <summary>Of what is drawn from a test part: of its first and last time and its row count, of nothing else.</summary>
    public static int SeedOf(EvaluationFrame frame)
    {
        var (times, rows) = (frame.Series.Timestamps, frame.Series.Rows - frame.FirstTestRow);
        var text = rows == 0
            ? "" // Nothing will be drawn.
            : string.Create(CultureInfo.InvariantCulture, $"{times[frame.FirstTestRow].Ticks} {times[^1].Ticks} {rows}");
        return BitConverter.ToInt32(SHA256.HashData(Encoding.ASCII.GetBytes(text))) & int.MaxValue;
    }

    /// <summary>Of a scored set.</summary>
    /// <param name="frame">Of any horizon.</param>
    /// <param name="plan">For as many rows.</param>
    public static BandFrame Of(EvaluationFrame frame, BandPlan plan)
    {
        var drawn = Draw(frame);
        var (near, far) = (Places(drawn, plan.NearOrigins), Places(drawn, plan.FarOrigins));
        var seasons = (double)(frame.Series.Rows - frame.FirstTestRow) / plan.Season;
        return new BandFrame(frame, [.. plan.Bands.Select(Judged)], plan.NotJudged);

        JudgedBand Judged(LeadBand band)
        {
            var (isNear, windows) = (band.IsNear(plan.Season), (double)frame.ScoredRows / band.To);
            var places = isNear ? near : far;
            return new JudgedBand(
                band,
                windows,
                windows < FewestToDecide || (!isNear && seasons < FewestToDecide),
                places,
                [.. places.Select(p => frame.Origins[p])]);
        }
    }

    /// <summary>Places in the scored set in the order in which they are drawn. Every row of test has its lot, scored or not: a model of a
    /// longer input, for which a few rows fall out, re-rolls none of the others.</summary>
    private static int[] Draw(EvaluationFrame frame)
    {
        var random = new Random(SeedOf(frame));
        var lots = new double[frame.Series.Rows - frame.FirstTestRow];
        for (var row = 0; row < lots.Length; row++)
            lots[row] = random.NextDouble();
        var places = Enumerable.Range(0, frame.ScoredRows).ToArray();
        Array.Sort(Array.ConvertAll(frame.Origins, origin => lots[origin + 1 - frame.FirstTestRow]), places);
        return places;
    }

    private static int[] Places(int[] drawn, int most) => [.. drawn.Take(most).Order()];
}
