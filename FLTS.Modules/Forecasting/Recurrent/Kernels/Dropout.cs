using TorchSharp;
using static TorchSharp.torch;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>Inverted dropout (Srivastava et al. 2014, as PyTorch has it) from a run's own generator.</summary>
internal static class Dropout
{
    /// <summary>What units are to be multiplied by: 0, or 1 / (1 - share) where a unit is kept.</summary>
    /// <param name="units">Gives the shape.</param>
    /// <param name="share">Of units dropped, below 1.</param>
    /// <param name="generator">Draws them.</param>
    public static Tensor Mask(Tensor units, double share, Generator generator)
    {
        using var kept = (1 - share).ToScalar(); // Held until libtorch has read it: a number given as such may be freed before.
        return empty_like(units).bernoulli_(1 - share, generator).div_(kept);
    }
}
