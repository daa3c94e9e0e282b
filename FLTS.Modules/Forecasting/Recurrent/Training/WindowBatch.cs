using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>B windows.</summary>
/// <param name="Inputs">[L, B, F] Normalised rows, time first.</param>
/// <param name="Targets">[B, H, M] What the net should give.</param>
/// <param name="Mask">[B, H, M] How much a cell counts: not at all where it is 0.</param>
/// <param name="Levels">[B, H, M] The encoded truth itself, whatever the target mode.</param>
/// <param name="Beside">[B, K, E] What the head sees of each knot; null: nothing.</param>
internal sealed record WindowBatch(Tensor Inputs, Tensor Targets, Tensor Mask, Tensor Levels, Tensor? Beside = null);
