namespace FLTS.Modules.Registry.Changes;

/// <summary>What can change that somebody may look at, as <c>GET /events</c> names it.</summary>
internal enum ChangeKind
{
    /// <summary>A pipeline, or a stage or run of it; its id.</summary>
    Pipeline,

    /// <summary>A training, epoch by epoch; its run id.</summary>
    Run,

    /// <summary>Who is in force; an identifier.</summary>
    Champion,

    /// <summary>Errors of forecasts that met what came; an identifier.</summary>
    Live,

    /// <summary>What was noticed of a station, or done about it; an identifier.</summary>
    Drift,

    /// <summary>Who is scored beside the champion; an identifier.</summary>
    Shadow,

    /// <summary>Files or measurements of a dataset; its name.</summary>
    Dataset,
}

/// <summary>What there is, each with a text that is another one whenever its rows changed.</summary>
/// <param name="Of">By kind and id.</param>
/// <param name="Unfinished">Pipelines that have not ended: how they end is read once more than they are unfinished.</param>
internal sealed record Revisions(
    IReadOnlyDictionary<(ChangeKind Kind, string Id), string> Of, IReadOnlyList<PipelineId> Unfinished)
{
    /// <summary>Of these everything is known: what is there no more was removed. Of the others only the newest are.</summary>
    private static readonly ChangeKind[] _whole = [ChangeKind.Champion, ChangeKind.Live, ChangeKind.Shadow, ChangeKind.Dataset];

    /// <summary>What is new or another here than there; the revision of what was removed is null.</summary>
    public IEnumerable<(ChangeKind Kind, string Id, string? Revision)> Since(Revisions before)
    {
        if (ReferenceEquals(this, before))
            return [];

        var changed = Of.Where(now => !before.Of.TryGetValue(now.Key, out var then) || then != now.Value)
            .Select(now => (now.Key.Kind, now.Key.Id, (string?)now.Value));
        var removed = before.Of.Keys.Where(then => _whole.Contains(then.Kind) && !Of.ContainsKey(then))
            .Select(then => (then.Kind, then.Id, (string?)null));
        return changed.Concat(removed);
    }
}
