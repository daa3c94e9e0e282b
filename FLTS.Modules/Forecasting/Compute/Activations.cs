using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Compute;

/// <summary>The two curves of recurrent cells, exact to float32's rounding of 1, which is what the next product sees of them.</summary>
internal static class Activations
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, ILanes<T> =>
        T.All(1) / (T.All(1) + Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, ILanes<T> =>
        T.All(1) - (T.All(2) / (T.All(1) + Exp(x + x)));

    /// <summary>Within 2 units of the last place (Cephes' polynomial), between e^-87 and e^88.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Exp<T>(T x)
        where T : struct, ILanes<T>
    {
        x = T.Clamp(x, T.All(-87.3f), T.All(88f));
        var n = T.Round(x * T.All(1.44269504f));
        var r = T.FusedMultiplyAdd(n, T.All(-0.693359375f), x);
        r = T.FusedMultiplyAdd(n, T.All(2.12194440e-4f), r);
        var p = T.All(1.9875691500e-4f);
        p = T.FusedMultiplyAdd(p, r, T.All(1.3981999507e-3f));
        p = T.FusedMultiplyAdd(p, r, T.All(8.3334519073e-3f));
        p = T.FusedMultiplyAdd(p, r, T.All(4.1665795894e-2f));
        p = T.FusedMultiplyAdd(p, r, T.All(1.6666665459e-1f));
        p = T.FusedMultiplyAdd(p, r, T.All(5.0000001201e-1f));
        p = T.FusedMultiplyAdd(p * r, r, r) + T.All(1);
        return p * T.PowerOfTwo(n);
    }
}
