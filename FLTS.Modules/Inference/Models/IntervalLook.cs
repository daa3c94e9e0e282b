using FLTS.Forecasting.Live;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Live;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Models;

/// <summary>Reads how far the intervals of champions have adapted, beside the requests: a forecast uses what was read last.</summary>
internal sealed partial class IntervalLook(LiveReader live, ILogger<IntervalLook> logger)
{
    /// <summary>Those of one champion; null: no truth has moved them.</summary>
    public async Task<ServedIntervals?> OfAsync(Identifier identifier, LoadedModel loaded, CancellationToken cancellation)
    {
        if (await live.IntervalsAsync(identifier, loaded.Manifest.RunId, cancellation) is not { } state)
            return null;

        try
        {
            return new ServedIntervals(state.Read(loaded.Manifest.Targets.Count), state.Revision);
        }
        catch (CorruptArtifactException e)
        {
            LogNotRead(logger, identifier, e.Message);
            return new ServedIntervals(AdaptedIntervals.None, state.Revision);
        }
    }

    /// <summary>Puts into models what was moved since it was read.</summary>
    public async Task LookAsync(IReadOnlyCollection<ServedModel> models, CancellationToken cancellation)
    {
        if (models.Count == 0)
            return;

        var revisions = await live.IntervalRevisionsAsync(cancellation);
        foreach (var model in models)
        {
            long? revision = revisions.TryGetValue((model.Identifier, model.Loaded.Manifest.RunId), out var known) ? known : null;
            if (revision != model.Adapted?.Revision)
                model.Adapted = revision is null ? null : await OfAsync(model.Identifier, model.Loaded, cancellation);
        }
    }

    [LoggerMessage(
        EventName = "intervals_not_read",
        Level = LogLevel.Warning,
        Message = "The intervals of {identifier} that adapt cannot be used, its fixed ones are: {reason}")]
    private static partial void LogNotRead(ILogger logger, Identifier identifier, string reason);
}
