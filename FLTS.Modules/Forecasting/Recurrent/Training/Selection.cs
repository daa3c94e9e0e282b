using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>How the training that selects the epoch ended.</summary>
/// <param name="History">All its epochs.</param>
/// <param name="Weights">Those of the best.</param>
internal sealed record Selection(IReadOnlyList<EpochMetrics> History, NamedTensor[] Weights)
{
    public static Selection None { get; } = new([], []);
}
