using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>Loads what the store holds of a run: every file there, whole, loadable, and reproducing its golden prediction.</summary>
internal sealed class CandidateVerifier(ModelLoader loader, IProcessedData data, StoreTries store, ComputeThreads threads)
{
    /// <summary>The processed data of a run.</summary>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    /// <exception cref="CorruptArtifactException">It is not what was stored.</exception>
    public Task<PreparedDataset> DataAsync(
        ConfigHash configHash, Identifier identifier, ICollection<Refusal> refusals, CancellationToken cancellation) => store.ReadAsync(
        new StoredThing($"The data {configHash}", null, configHash, identifier),
        refusals,
        () => data.OpenAsync(configHash, cancellation),
        cancellation);

    /// <summary>
    /// Whether a run can be put in force: as it is verified as a candidate, but for its intervals, which have served before.
    /// </summary>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    /// <exception cref="CorruptArtifactException">Something stored is not what was stored.</exception>
    public async Task CheckAsync(RunRow run, ICollection<Refusal> refusals, CancellationToken cancellation)
    {
        var dataset = await DataAsync(run.ConfigHash, run.Identifier, refusals, cancellation);
        (await LoadAsync(run, dataset.Train, refusals, cancellation, withIntervals: false)).Dispose();
    }

    /// <summary>
    /// Loads a candidate, by what the store holds now: what is only whole in this machine's cache cannot be served by anybody else.
    /// </summary>
    /// <param name="run">The candidate.</param>
    /// <param name="train">Of its data.</param>
    /// <param name="refusals">Gets every refusal of the store but the last.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="share">Gives members that are loaded and verified already.</param>
    /// <param name="withIntervals">False: forecasts are all that is asked of it.</param>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    /// <exception cref="CorruptArtifactException">Something stored is not what was stored.</exception>
    public Task<LoadedModel> LoadAsync(
        RunRow run,
        PreparedSeries train,
        ICollection<Refusal> refusals,
        CancellationToken cancellation,
        Func<RunId, int, LoadedModel?>? share = null,
        bool withIntervals = true) => store.ReadAsync(
        ThingOf(run),
        refusals,
        async () =>
        {
            var model = await loader.LoadAsync(
                run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Store, cancellation, share, withIntervals);
            try
            {
                RequireManifestOf(run, model.Manifest);
                return await threads.RunOnOneAsync(
                    () =>
                    {
                        ModelLoader.VerifyGolden(model, train);
                        return model;
                    },
                    cancellation);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        },
        cancellation);

    /// <summary>Loads a model to compare with.</summary>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    /// <exception cref="CorruptArtifactException">Something stored is not what was stored.</exception>
    public Task<LoadedModel> LoadChampionAsync(
        RunRow run, ICollection<Refusal> refusals, CancellationToken cancellation) => store.ReadAsync(
        ThingOf(run),
        refusals,
        () => loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Cache, cancellation),
        cancellation);

    /// <summary>A manifest of other data or other hyperparameters is not this run's, whatever lies beside it.</summary>
    private static void RequireManifestOf(RunRow run, ArtifactManifest manifest)
    {
        var named = (manifest.ModelType, manifest.ConfigHash, manifest.ParamsHash, manifest.Attempt);
        var expected = (run.ModelType, run.ConfigHash, run.ParamsHash, run.Attempt);
        if (named != expected)
        {
            throw new CorruptArtifactException(
                $"The manifest of run {run.RunId} is not its own: "
                + $"its (model_type, config_hash, params_hash, attempt) are {named}, the run's are {expected}.");
        }
    }

    private static StoredThing ThingOf(RunRow run) => new(
        $"What {run.ModelType} run {run.RunId} stored",
        run.RunId,
        run.ConfigHash,
        run.Identifier);
}
