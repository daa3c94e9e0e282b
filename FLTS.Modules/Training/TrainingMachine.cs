using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Training;

/// <summary>
/// What the trainings of a process share: its cores, their turns, its clock, what they count, and the options of all of them.
/// </summary>
internal sealed record TrainingMachine(
    ComputeThreads Threads,
    TrainingTurns Turns,
    TrainingOptions Options,
    TrainingMetrics Metrics,
    TimeProvider Time,
    LimitsOptions Limits)
{
    /// <summary>The process that took the order may be larger than this one, and did not know the data.</summary>
    /// <exception cref="InvalidInputException">The fit would need more than the limits allow.</exception>
    public void RefuseTooLarge(string modelType, JsonObject hyperparameters, PreparedSeries train) => ForecasterCatalog.Get(modelType)
        .Estimate(hyperparameters, new FitSize(train.Rows, train.Columns.Count, train.Targets.Count))
        .Refuse($"A fit of {modelType}", Limits.MemoryBytes, Limits.CpuSeconds);
}
