namespace FLTS.Forecasting.Live;

/// <summary>
/// The windows of a rollback's evidence: a fresh one every two seasons, so that a model that was good for long may still be found worse;
/// four are kept (FORECASTING.md 9).
/// </summary>
/// <param name="places">Of the season.</param>
public sealed class EvidenceWindows(SeasonPlaces places)
{
    private const int Kept = 4;

    /// <summary>From when the blocks count that windows kept at a time have seen.</summary>
    /// <param name="since">When the champion began to be scored beside the version before.</param>
    /// <param name="now">Newest block.</param>
    public IEnumerable<DateTime> StartsAt(DateTime since, DateTime now)
    {
        var newest = now < since ? 0 : (now - since).Ticks / (2 * places.Span.Ticks);
        for (var window = Math.Max(0, newest - Kept + 1); window <= newest; window++)
            yield return since.AddTicks(window * 2 * places.Span.Ticks);
    }

    /// <summary>The window of the most evidence among those that are old enough to act: a season.</summary>
    /// <param name="spread">q, fixed.</param>
    /// <param name="since">As in <see cref="StartsAt"/>.</param>
    /// <param name="blocks">Begin and losses of each block, in order.</param>
    /// <returns>Its evidence and begin; 1 where none is old enough, or nothing is known.</returns>
    public (double Evidence, DateTime From) Best(
        double spread, DateTime since, IReadOnlyList<(DateTime At, double Champion, double Other)> blocks)
    {
        if (blocks.Count == 0)
            return (1, since);

        var (now, most) = (blocks[^1].At, (Evidence: 0.0, From: since));
        foreach (var start in StartsAt(since, now).Where(s => now - s >= places.Span))
        {
            var evidence = new RollbackEvidence(spread);
            foreach (var block in blocks.Where(b => b.At >= start))
                evidence.Add(block.Champion, block.Other);
            if (evidence.Value > most.Evidence)
                most = (evidence.Value, start);
        }

        return most.Evidence > 0 ? most : (1, since);
    }
}
