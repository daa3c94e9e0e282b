using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Evaluation;

/// <summary>Loads a candidate's artifacts: every file there, whole, loadable, and reproducing its golden prediction.</summary>
internal sealed partial class CandidateVerifier(ModelLoader loader, TimeProvider time, ILogger<CandidateVerifier> logger)
{
    private const int QuickTries = 3;

    /// <exception cref="UnavailableException">The store refused three times.</exception>
    /// <exception cref="CorruptArtifactException">Something stored is not what was stored.</exception>
    public Task<LoadedModel> LoadAsync(RunRow run, PreparedSeries train, CancellationToken cancellation) => QuickTriesAsync(
        run,
        async () =>
        {
            var model = await loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, cancellation);
            try
            {
                ModelLoader.VerifyGolden(model, train);
                return model;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        },
        cancellation);

    /// <summary>Reads from the store, again at once where it hiccups.</summary>
    /// <exception cref="UnavailableException">The store refused three times.</exception>
    public async Task<T> QuickTriesAsync<T>(RunRow run, Func<Task<T>> read, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await read();
            }
            catch (UnavailableException e) when (tries < QuickTries)
            {
                LogRetry(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, tries, e.Message);
                await Task.Delay(Backoff.Delay(tries, 2, run.RunId) / 4, time, cancellation);
            }
        }
    }

    [LoggerMessage(EventName = "promotion_artifact_retry", Level = LogLevel.Warning, Message = "The artifacts of {model_type} run {run_id} could not be read (try {try_number}): {reason} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogRetry(ILogger logger, string model_type, string run_id, string config_hash, string identifier, int try_number, string reason);
}
