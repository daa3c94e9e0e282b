using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>B windows.</summary>
/// <param name="Inputs">[L, B, F] Normalised rows, time first.</param>
/// <param name="Targets">[B, H, M] What the net should give.</param>
/// <param name="Mask">[B, H, M] 1 where a cell counts, else 0.</param>
/// <param name="Levels">[B, H, M] The encoded truth itself, whatever the target mode.</param>
internal sealed record WindowBatch(Tensor Inputs, Tensor Targets, Tensor Mask, Tensor Levels);
