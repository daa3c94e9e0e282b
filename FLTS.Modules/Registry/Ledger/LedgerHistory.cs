namespace FLTS.Modules.Registry.Ledger;

/// <summary>What the ledger of an identifier says about rollbacks. Pure functions.</summary>
internal static class LedgerHistory
{
    /// <summary>Runs that were rolled back from and not put in force since.</summary>
    /// <param name="lines">All lines of one identifier, by version.</param>
    public static IReadOnlySet<RunId> RolledBack(IReadOnlyList<LedgerLine> lines)
    {
        var runs = new HashSet<RunId>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].IsRollback && i > 0)
                runs.Add(lines[i - 1].RunId);

            runs.Remove(lines[i].RunId);
        }

        return runs;
    }

    /// <summary>
    /// The newest earlier line whose run is another than the one in force and was not rolled back from; null: there is none.
    /// </summary>
    /// <param name="lines">All lines of one identifier, by version.</param>
    public static LedgerLine? RollbackTarget(IReadOnlyList<LedgerLine> lines) => RollbackTargets(lines).FirstOrDefault();

    /// <summary>
    /// As <see cref="RollbackTarget"/>, then the ones that could be gone back to instead, newest first, a line for each run.
    /// </summary>
    /// <param name="lines">All lines of one identifier, by version.</param>
    public static IEnumerable<LedgerLine> RollbackTargets(IReadOnlyList<LedgerLine> lines)
    {
        var rolledBack = RolledBack(lines);
        return lines.Reverse().Where(l => l.RunId != lines[^1].RunId && !rolledBack.Contains(l.RunId)).DistinctBy(l => l.RunId);
    }
}
