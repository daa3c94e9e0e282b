using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>Decides from rows alone what nobody needs any more, and when. A pure function: no clock, no database, no store.</summary>
internal static class RetentionRules
{
    /// <summary>Of a run's epochs every tenth is kept, with its first, its last and its best.</summary>
    public const int EpochsBetween = 10;

    /// <summary>Everything that is not kept for good, in the order in which it falls out of use.</summary>
    public static IReadOnlyList<RetentionItem> Plan(RetentionState state, RetentionOptions options, DateTimeOffset now)
    {
        var kept = KeptRuns(state, options);
        var data = KeptData(state, kept);
        var marks = state.Marks.ToDictionary(m => (m.Kind, m.Id));
        return
        [
            .. Runs(state, kept, options)
                .Concat(Data(state, data, options))
                .Concat(Sources(state, data, options))
                .Select(i => Timed(i, marks.GetValueOrDefault(i.Mark!.Value), options, now))
                .Concat(Epochs(state, options, now))
                .OrderBy(i => i.UnusedSince)
                .ThenBy(i => i.Kind, StringComparer.Ordinal)
                .ThenBy(i => i.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>Runs that keep their artifacts whatever their age.</summary>
    public static IReadOnlySet<RunId> KeptRuns(RetentionState state, RetentionOptions options)
    {
        var kept = state.WorkedOn.ToHashSet();
        kept.UnionWith(state.Runs.Where(r => !RunRules.HasEnded(r.Status)).Select(r => r.RunId));
        foreach (var ledger in state.Ledger.GroupBy(l => l.Identifier))
        {
            var lines = ledger.OrderBy(l => l.Version).Select(l => new LedgerLine(l.Version, l.RunId, l.IsRollback)).ToList();
            kept.Add(lines[^1].RunId);
            kept.UnionWith(LedgerHistory.RollbackTargets(lines).Take(options.RollbackVersions).Select(l => l.RunId));
        }

        foreach (var runs in state.Runs.Where(r => r is { Status: RunStatus.Succeeded, Skill: not null }).GroupBy(r => r.Identifier))
        {
            kept.UnionWith(runs
                .OrderByDescending(r => r.Skill)
                .ThenByDescending(r => r.EndedAt)
                .ThenBy(r => r.RunId.Value, StringComparer.Ordinal)
                .Take(options.BestRuns)
                .Select(r => r.RunId));
        }

        // A member is part of the model: it stays as long as that is one.
        var models = state.Runs.Where(r => r.Status == RunStatus.Succeeded).Select(r => r.RunId).ToHashSet();
        kept.UnionWith(state.Members.Where(m => models.Contains(m.RunId) || kept.Contains(m.RunId)).Select(m => m.MemberRunId).ToList());
        return kept;
    }

    /// <summary>Data that a run stands on which has a model or may get one: it is judged and verified on it.</summary>
    private static HashSet<ConfigHash> KeptData(RetentionState state, IReadOnlySet<RunId> kept) =>
    [
        .. state.WorkedOnData,
        .. state.Runs
            .Where(r => r.Status == RunStatus.Succeeded || !RunRules.HasEnded(r.Status) || kept.Contains(r.RunId))
            .Select(r => r.ConfigHash),
    ];

    private static IEnumerable<RetentionItem> Runs(RetentionState state, IReadOnlySet<RunId> kept, RetentionOptions options)
    {
        foreach (var run in state.Runs.Where(r => !kept.Contains(r.RunId)))
        {
            if (run.EndedAt is not { } ended)
                continue;

            var isModel = run.Status == RunStatus.Succeeded;
            var reason = isModel
                ? $"this {run.ModelType} is neither in force nor one of the {options.RollbackVersions} versions to go back to, and "
                    + $"{options.BestRuns} of '{run.Identifier}' are better or as good"
                : $"this {run.ModelType} is {SnakeCase.Of(run.Status)}: there is no model in what it left";
            var span = TimeSpan.FromDays(isModel ? options.RunDays : options.FailedRunDays);
            yield return Item(
                RetentionKind.Run, run.RunId.Value, run.Identifier.Value, run.Bytes, reason, ended + span);
        }
    }

    private static IEnumerable<RetentionItem> Data(RetentionState state, HashSet<ConfigHash> kept, RetentionOptions options)
    {
        var lastUse = state.Runs.ToLookup(r => r.ConfigHash, r => r.EndedAt);
        return
            from data in state.Data
            where data.Status == DatasetStatus.Ready && !kept.Contains(data.ConfigHash)
            let since = lastUse[data.ConfigHash].Append(data.Since).Max()!.Value
            select Item(
                RetentionKind.Data,
                data.ConfigHash.Value,
                data.Identifier.Value,
                null,
                "no run on it has a model any more, and no pipeline works with it",
                since + TimeSpan.FromDays(options.SourceDays));
    }

    private static IEnumerable<RetentionItem> Sources(RetentionState state, HashSet<ConfigHash> kept, RetentionOptions options)
    {
        // By content: two names, or two versions of one, may have the same bytes.
        var needed = state.Data.Where(d => kept.Contains(d.ConfigHash)).SelectMany(d => d.Sources).ToHashSet(StringComparer.Ordinal);
        needed.UnionWith(state.Sources.GroupBy(s => (s.Name, s.Part, s.MadeOf is null)).SelectMany(Newest).Select(s => s.Sha256));
        return
            from source in state.Sources.GroupBy(s => s.Sha256, StringComparer.Ordinal)
            where !needed.Contains(source.Key)
            let newest = source.MaxBy(s => s.RegisteredAt)!
            select Item(
                RetentionKind.Source,
                source.Key,
                newest.Name.Value,
                newest.Size,
                $"'{newest.Name}' has a newer {newest.Part} than version {newest.Version}, and no data that is kept is made of this one",
                newest.RegisteredAt + TimeSpan.FromDays(options.SourceDays));
    }

    /// <summary>
    /// The newest file as it came, and the newest that was made of it and the log. Of test files those too that the newest may have grown
    /// from: how many rows are test follows from the first of them.
    /// </summary>
    private static IEnumerable<SourceRow> Newest(IGrouping<(DatasetName Name, string Part, bool IsFile), SourceRow> versions)
    {
        var ordered = versions.OrderByDescending(s => s.Version).ToList();
        return ordered.TakeWhile((s, i) => i == 0 || (versions.Key is { Part: "test", IsFile: true } && s.Size < ordered[i - 1].Size));
    }

    private static IEnumerable<RetentionItem> Epochs(RetentionState state, RetentionOptions options, DateTimeOffset now) =>
        from run in state.Runs
        where RunRules.HasEnded(run.Status) && run.EndedAt > (state.EpochsThinnedTo ?? DateTimeOffset.MinValue)
        let rows = run.Epochs - 2 - ((run.Epochs - 1) / EpochsBetween)
        where rows > 1
        let at = run.EndedAt!.Value + TimeSpan.FromDays(options.EpochDays)
        select new RetentionItem(
            "epochs", run.RunId.Value, run.Identifier.Value, null, $"of its {run.Epochs} epochs {rows - 1} to {rows} are left out", at)
        {
            PruneAt = at > now ? at : now,
        };

    private static RetentionItem Timed(RetentionItem item, RetentionMarkRow? mark, RetentionOptions options, DateTimeOffset now) =>
        item with
        {
            MarkedAt = mark?.Since,
            PruneAt = mark?.TakenAt
                ?? (mark?.Since ?? (item.UnusedSince > now ? item.UnusedSince : now)) + TimeSpan.FromDays(options.GraceDays),
            Begun = mark?.TakenAt is not null,
        };

    private static RetentionItem Item(
        RetentionKind kind, string id, string identifier, long? bytes, string reason, DateTimeOffset unusedSince) =>
        new(SnakeCase.Of(kind), id, identifier, bytes, reason, unusedSince) { Mark = (kind, id) };
}
