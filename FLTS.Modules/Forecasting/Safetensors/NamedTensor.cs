namespace FLTS.Forecasting.Safetensors;

/// <summary>A named dense array, single or double precision, in row-major order.</summary>
/// <param name="Name">For example <c>lstm.weight_ih_l0</c>; never <c>__metadata__</c>.</param>
/// <param name="Shape">Sizes, each at least 0; none for a scalar.</param>
/// <param name="Values"><c>float[]</c> (F32) or <c>double[]</c> (F64), as long as the product of the sizes.</param>
public sealed record NamedTensor(string Name, IReadOnlyList<long> Shape, Array Values)
{
    /// <summary>The values in single precision.</summary>
    /// <exception cref="CorruptArtifactException">They are stored in another type.</exception>
    public float[] Singles => Values as float[] ?? throw new CorruptArtifactException($"Tensor '{Name}' is not stored as F32.");

    /// <summary>The values in double precision.</summary>
    /// <exception cref="CorruptArtifactException">They are stored in another type.</exception>
    public double[] Doubles => Values as double[] ?? throw new CorruptArtifactException($"Tensor '{Name}' is not stored as F64.");
}
