using System.Numerics;
using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Compute;

/// <summary>As many floats as .NET takes for this processor.</summary>
internal readonly unsafe struct PlainLanes(Vector<float> value) : ILanes<PlainLanes>
{
    private readonly Vector<float> _value = value;

    public static int Width => Vector<float>.Count;

    public static int Registers => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes operator +(PlainLanes left, PlainLanes right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes operator -(PlainLanes left, PlainLanes right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes operator -(PlainLanes value) => new(-value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes operator *(PlainLanes left, PlainLanes right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes operator /(PlainLanes left, PlainLanes right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes All(float value) => new(Vector.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes Load(float* from) => new(Vector.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PlainLanes value, float* to) => Vector.Store(value._value, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes FusedMultiplyAdd(PlainLanes left, PlainLanes right, PlainLanes addend) =>
        new(Vector.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes Clamp(PlainLanes value, PlainLanes low, PlainLanes high) =>
        new(Vector.Min(Vector.Max(value._value, low._value), high._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes Round(PlainLanes value) => new(Vector.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainLanes PowerOfTwo(PlainLanes exponent) =>
        new(Vector.AsVectorSingle(Vector.ShiftLeft(Vector.ConvertToInt32(exponent._value) + Vector.Create(127), 23)));
}
