using FLTS.Forecasting.Intervals;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>Opens the models that an ENSEMBLE is made of, as the store holds them now.</summary>
internal sealed partial class EnsembleMembers(
    MemberRuns runs, ModelLoader loader, IArtifactStore artifacts, ILogger<EnsembleMembers> logger)
{
    /// <exception cref="InvalidInputException">None of them has a model; says of each why.</exception>
    /// <exception cref="UnavailableException">
    /// The store cannot be reached; or what a member stored is corrupt, and the plan decides what becomes of it.
    /// </exception>
    public async Task<OpenMembers> OpenAsync(RunRow ensemble, CancellationToken cancellation)
    {
        var open = new OpenMembers();
        try
        {
            foreach (var run in await runs.OfAsync(ensemble, cancellation))
            {
                if (run.Status == RunStatus.Succeeded)
                    await AddAsync(open, run, cancellation);
                else
                    open.LeaveOut($"{run.ModelType} run {run.RunId} is {SnakeCase.Of(run.Status)}: {run.Error}");
            }

            open.RequireSome();
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private async Task AddAsync(OpenMembers open, RunRow run, CancellationToken cancellation)
    {
        try
        {
            var model = await loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, cancellation);
            open.Add(model, run.ManifestSha256!, await ForecastsAsync(run, model.Manifest.Targets, cancellation));
        }
        catch (CorruptArtifactException e)
        {
            // As in an evaluation: the row says it, and whether it is trained once more is decided from the rows.
            await runs.InvalidateAsync(run, e.Message, cancellation);
            LogInvalid(logger, run.ModelType, run.RunId, e.Message);
            throw new UnavailableException($"What its member {run.ModelType} run {run.RunId} stored is corrupt: {e.Message}", e);
        }
    }

    /// <summary>Null: it was stored before they were kept.</summary>
    private async Task<ValidationForecasts?> ForecastsAsync(RunRow run, IReadOnlyList<string> targets, CancellationToken cancellation)
    {
        var stored = await artifacts.OpenAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Cache, cancellation);
        return stored.Files.TryGetValue(KnotFile.Path, out var bytes) ? await KnotFile.ReadAsync(bytes, targets, cancellation) : null;
    }

    [LoggerMessage(
        EventName = "promotion_artifact_corrupt",
        Level = LogLevel.Error,
        Message = "{model_type} run {member_run_id}, a member, is invalid: {reason}")]
    private static partial void LogInvalid(ILogger logger, string model_type, RunId member_run_id, string reason);
}
