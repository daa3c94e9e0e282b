using System.Runtime.Intrinsics.X86;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>
/// A layer of LSTM step by step, in libtorch's own operations (PyTorch's equations), where its fused one cannot be trusted (ADR 13).
/// </summary>
internal static class LstmSteps
{
    /// <summary>
    /// oneDNN's LSTM for AVX-512, as libtorch 2.10 carries it, is wrong by hundredths and more where the hidden size mod 32 is 1 to 16; it
    /// agrees with PyTorch for all others, and with AVX2 for all.
    /// </summary>
    public static bool AreNeeded(LSTM layer) => Avx512F.IsSupported && (layer.parameters().First().shape[0] / 4 % 32) is >= 1 and <= 16;

    /// <summary>Output of every step, [L, B, H]; derived by autograd as any other tensor.</summary>
    /// <param name="layer">One layer, without projections, in one direction.</param>
    /// <param name="rows">[L, B, F] Time first.</param>
    public static Tensor Forward(LSTM layer, Tensor rows)
    {
        // Sums are products with more columns and sums over a dimension: TorchSharp's plus makes a number that nobody holds (ADR 9).
        Tensor[] parameters = [.. layer.parameters()]; // weight_ih [4H, F], weight_hh [4H, H], bias_ih [4H], bias_hh [4H]
        var weights = cat([parameters[0], parameters[1], parameters[2].unsqueeze(1), parameters[3].unsqueeze(1)], 1).t(); // [F + H + 2, 4H]
        var (batch, size) = (rows.shape[1], parameters[1].shape[1]);
        var (hidden, cell, one) = (zeros(batch, size), zeros(batch, size), ones(batch, 2)); // [B, H], [B, H], [B, 2]
        var outputs = new List<Tensor>();
        foreach (var row in rows.unbind())
        {
            var gates = cat([row, hidden, one], 1).mm(weights).chunk(4, 1); // input, forget, candidate, output
            cell = stack([gates[1].sigmoid().mul(cell), gates[0].sigmoid().mul(gates[2].tanh())]).sum(dim: 0L);
            hidden = gates[3].sigmoid().mul(cell.tanh());
            outputs.Add(hidden);
        }

        return stack(outputs);
    }
}
