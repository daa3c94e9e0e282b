using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Runs;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>
/// Models that are scored live: those of runs as they were stored, references fitted anew on the champion's data, which gives what stood
/// on its scoreboard. For one caller at a time.
/// </summary>
internal sealed class LiveModels(
    ModelLoader loader, RunReader runs, IProcessedData data, ComputeThreads threads, ComputeBudget budget, MonitoringOptions options)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly KeptWithin<string, LiveModel> _kept = new((long)options.LiveModelMb << 20, m => m.Bytes);

    /// <summary>Waits until nobody else uses them; disposing lets the next one in. What is asked for meanwhile stays so long.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        _kept.BeginUse();
        return new Turn(_one);
    }

    /// <exception cref="ConflictException">The run has no artifacts any more.</exception>
    /// <exception cref="FltsException">It cannot be loaded or fitted; says why.</exception>
    public async Task<LiveModel> GetAsync(LiveMember member, CancellationToken cancellation) =>
        _kept.Find(member.Model) ?? _kept.Keep(
            member.Model,
            member.Reference is { } reference
                ? await FitAsync(member.RunId, reference, cancellation)
                : await LoadAsync(member.RunId, cancellation));

    public void Dispose() => _one.Dispose();

    private async Task<LiveModel> LoadAsync(RunId id, CancellationToken cancellation)
    {
        var run = await runs.FindAsync(id, cancellation);
        if (run.ManifestSha256 is not { } manifest)
            throw new ConflictException($"Run {id} has no artifacts any more.");

        var model = await loader.LoadAsync(id, run.Attempt, manifest, ArtifactSource.Cache, cancellation);
        try
        {
            return new LiveModel(
                new CanonicalModel(model.Forecaster, model.Scaler, model.Intervals),
                model.Config,
                await DataEndAsync(model, cancellation),
                [.. model.Computing],
                model.Bytes,
                model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private async Task<LiveModel> FitAsync(RunId champion, string reference, CancellationToken cancellation)
    {
        var family = ForecasterCatalog.Get(reference);
        var run = await runs.FindAsync(champion, cancellation);
        PreparedDataset dataset;
        using (budget.EnterReading())
            dataset = (await data.OpenAsync(run.ConfigHash, cancellation)).Unclipped;
        var hyperparameters = family.Normalise([]);
        var fitted = await threads.RunAsync(
            p => family.Create(hyperparameters)
                .Fit(dataset.TrainingSet, new FitContext(p.Threads, null, p.Cancellation, MostOperations: FitContext.Unasked)).Model,
            cancellation);
        return new LiveModel(
            new CanonicalModel(fitted, dataset.Meta.Scaler, null),
            dataset.Meta.Config,
            End(dataset),
            [(reference, hyperparameters)],
            fitted.Save().Values.Sum(f => (long)f.Length),
            fitted);
    }

    /// <summary>Data that is gone leaves what the manifest says of it.</summary>
    private async Task<DateTime> DataEndAsync(LoadedModel model, CancellationToken cancellation)
    {
        try
        {
            using var reading = budget.EnterReading();
            return End(await data.OpenAsync(model.Manifest.ConfigHash, cancellation));
        }
        catch (NotFoundException)
        {
            return new[] { model.Manifest.Fitted, model.Manifest.Validated }
                .OfType<ManifestSpan>().Select(s => s.To).DefaultIfEmpty(DateTime.MinValue).Max();
        }
    }

    private static DateTime End(PreparedDataset dataset) =>
        dataset.Test.Rows > 0 ? dataset.Test.Timestamps[^1] : dataset.Train.Timestamps[^1];

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        private SemaphoreSlim? _one = one;

        public void Dispose() => Interlocked.Exchange(ref _one, null)?.Release();
    }
}
