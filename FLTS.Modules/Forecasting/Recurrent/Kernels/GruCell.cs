using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Recurrent.Kernels;

/// <summary>
/// What a GRU does at one step between its matrix products, for a whole batch in one pass over memory (PyTorch's equations):
/// r = sigmoid(xr + hr), z = sigmoid(xz + hz), n = tanh(xn + r * hn), h' = (1 - z) * n + z * h. libtorch makes a dozen
/// passes of it, forward and back.
/// </summary>
internal abstract unsafe class GruCell
{
    /// <summary>In registers as wide as the processor has them.</summary>
    /// <param name="batch">B.</param>
    /// <param name="units">H.</param>
    public static GruCell Of(int batch, int units) =>
        Vector512.IsHardwareAccelerated ? new GruCell<WideLanes>(batch, units) : new GruCell<PlainLanes>(batch, units);

    /// <param name="fromInputs">[B, 3H] Rows times input weights, without bias: r, z, n.</param>
    /// <param name="fromState">[B, 3H] State times state weights, without bias.</param>
    /// <param name="inputBias">[3H]</param>
    /// <param name="stateBias">[3H]</param>
    /// <param name="state">[B, H] h.</param>
    /// <param name="kept">[B, 4H] Told for <see cref="Backward"/>: r, z, n, hn.</param>
    /// <param name="next">[B, H] h'.</param>
    public abstract void Forward(
        float* fromInputs, float* fromState, float* inputBias, float* stateBias, float* state, float* kept, float* next);

    /// <param name="gradient">[B, H] Of the loss by h', from the steps behind; left behind is that by h, without what comes
    /// through the state weights.</param>
    /// <param name="ofOutput">[B, H] Of the loss by h', from the layer above; null: none.</param>
    /// <param name="kept">[B, 4H] By <see cref="Forward"/>.</param>
    /// <param name="state">[B, H] h.</param>
    /// <param name="byInputs">[B, 3H] Told: of the loss by what came from the inputs.</param>
    /// <param name="byState">[B, 3H] Told: of the loss by what came from the state.</param>
    public abstract void Backward(float* gradient, float* ofOutput, float* kept, float* state, float* byInputs, float* byState);
}

/// <inheritdoc cref="GruCell"/>
/// <typeparam name="T">Registers.</typeparam>
/// <param name="batch">B.</param>
/// <param name="units">H.</param>
internal sealed unsafe class GruCell<T>(int batch, int units) : GruCell
    where T : struct, ILanes<T>
{
    public override void Forward(
        float* fromInputs, float* fromState, float* inputBias, float* stateBias, float* state, float* kept, float* next)
    {
        for (var b = 0; b < batch; b++, fromInputs += 3 * units, fromState += 3 * units, kept += 4 * units, state += units, next += units)
        {
            for (var j = 0; j < units; j += T.Width)
            {
                var left = units - j;
                var r = Activations.Sigmoid(
                    Load(fromInputs + j, left) + Load(inputBias + j, left) + Load(fromState + j, left) + Load(stateBias + j, left));
                var z = Activations.Sigmoid(
                    Load(fromInputs + units + j, left) + Load(inputBias + units + j, left) + Load(fromState + units + j, left)
                    + Load(stateBias + units + j, left));
                var hn = Load(fromState + (2 * units) + j, left) + Load(stateBias + (2 * units) + j, left);
                var n = Activations.Tanh(Load(fromInputs + (2 * units) + j, left) + Load(inputBias + (2 * units) + j, left) + (r * hn));
                Store(r, kept + j, left);
                Store(z, kept + units + j, left);
                Store(n, kept + (2 * units) + j, left);
                Store(hn, kept + (3 * units) + j, left);
                Store(n + (z * (Load(state + j, left) - n)), next + j, left);
            }
        }
    }

    public override void Backward(float* gradient, float* ofOutput, float* kept, float* state, float* byInputs, float* byState)
    {
        var one = T.All(1);
        for (var b = 0; b < batch; b++, gradient += units, kept += 4 * units, state += units, byInputs += 3 * units, byState += 3 * units)
        {
            for (var j = 0; j < units; j += T.Width)
            {
                var left = units - j;
                var (r, z) = (Load(kept + j, left), Load(kept + units + j, left));
                var (n, hn) = (Load(kept + (2 * units) + j, left), Load(kept + (3 * units) + j, left));
                var dh = Load(gradient + j, left);
                if (ofOutput is not null)
                    dh += Load(ofOutput + j, left);
                var dn = dh * (one - z) * (one - (n * n));
                var dz = dh * (Load(state + j, left) - n) * z * (one - z);
                var dr = dn * hn * r * (one - r);
                Store(dr, byInputs + j, left);
                Store(dr, byState + j, left);
                Store(dz, byInputs + units + j, left);
                Store(dz, byState + units + j, left);
                Store(dn, byInputs + (2 * units) + j, left);
                Store(dn * r, byState + (2 * units) + j, left);
                Store(dh * z, gradient + j, left);
            }

            if (ofOutput is not null)
                ofOutput += units;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Load(float* from, int left) => left >= T.Width ? T.Load(from) : LoadSome(from, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T value, float* to, int left)
    {
        if (left >= T.Width)
            T.Store(value, to);
        else
            StoreSome(value, to, left);
    }

    private static T LoadSome(float* from, int count)
    {
        var some = stackalloc float[T.Width];
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(some, T.Width));
        return T.Load(some);
    }

    private static void StoreSome(T value, float* to, int count)
    {
        var some = stackalloc float[T.Width];
        T.Store(value, some);
        new ReadOnlySpan<float>(some, count).CopyTo(new Span<float>(to, count));
    }
}
