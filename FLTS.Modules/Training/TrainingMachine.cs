using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Training;

/// <summary>
/// What the trainings of a process share: its cores, their turns, its clock, what they count, what several of them need of the same data,
/// and the options of all of them.
/// </summary>
internal sealed record TrainingMachine(
    TrainingTurns Turns,
    TrainingOptions Options,
    TrainingMetrics Metrics,
    TimeProvider Time,
    ComputeBudget Budget,
    SharedFits Shared)
{
    /// <summary>The process that took the order may be larger than this one, and did not know the data.</summary>
    /// <returns>Watches the fit from now on.</returns>
    /// <exception cref="InvalidInputException">The fit would need more than the limits allow.</exception>
    public FitWatch Watch(string modelType, JsonObject hyperparameters, PreparedSeries train)
    {
        var estimate = ForecasterCatalog.Get(modelType)
            .Estimate(hyperparameters, new FitSize(train.Rows, train.Columns.Count, train.Targets.Count));
        estimate.Refuse($"A fit of {modelType}", Budget.Limits.MemoryBytes, Budget.Limits.CpuSeconds);
        return new FitWatch(modelType, estimate, Budget, Time);
    }
}
