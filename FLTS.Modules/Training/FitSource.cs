using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Training;

/// <summary>What a run stores.</summary>
/// <param name="Fit">The model, and what is told of its fit.</param>
/// <param name="Forecasts">On the validation part, by a fit that had not seen it.</param>
/// <param name="Members">Of an ENSEMBLE: the runs without which it is no model.</param>
internal sealed record FittedRun(FitResult Fit, ValidationForecasts Forecasts, IReadOnlyList<ManifestMember> Members);

/// <summary>What a fit starts from: the data, and of an ENSEMBLE the models of its members.</summary>
internal sealed record FitSource(PreparedDataset Dataset, OpenMembers? Members) : IDisposable
{
    /// <summary>Fits what a run asks for.</summary>
    public FittedRun Fit(RunRow run, JsonObject hyperparameters, FitContext context)
    {
        if (Members is not null)
            return Members.Fit(Dataset, context);

        var (fit, forecasts) = RunResiduals.FitWith(run.ModelType, hyperparameters, Dataset, context);
        return new FittedRun(fit, forecasts, []);
    }

    public void Dispose() => Members?.Dispose();
}

/// <summary>Opens it.</summary>
internal sealed class FitSources(IProcessedData data, EnsembleMembers members, ComputeBudget budget)
{
    /// <exception cref="InvalidInputException">An ENSEMBLE, and no member of it has a model.</exception>
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptArtifactException">The data is not what was stored.</exception>
    public async Task<FitSource> OpenAsync(RunRow run, CancellationToken cancellation)
    {
        using var reading = budget.EnterReading();
        var dataset = await data.OpenAsync(run.ConfigHash, cancellation);
        return new FitSource(
            dataset, ForecasterCatalog.IsEnsemble(run.ModelType) ? await members.OpenAsync(run, cancellation) : null);
    }
}
