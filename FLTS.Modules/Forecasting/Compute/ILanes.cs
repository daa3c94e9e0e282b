namespace FLTS.Forecasting.Compute;

/// <summary>
/// Floats side by side in a register. What is written over it once is compiled for each width by itself; every lane computes the same bits
/// in any.
/// </summary>
/// <typeparam name="T">Of a width.</typeparam>
internal unsafe interface ILanes<T>
    where T : struct, ILanes<T>
{
    /// <summary>Floats in a register.</summary>
    static abstract int Width { get; }

    /// <summary>How many the processor has.</summary>
    static abstract int Registers { get; }

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator -(T value);

    static abstract T operator *(T left, T right);

    static abstract T operator /(T left, T right);

    static abstract T All(float value);

    static abstract T Load(float* from);

    static abstract void Store(T value, float* to);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract T FusedMultiplyAdd(T left, T right, T addend);

    static abstract T Clamp(T value, T low, T high);

    static abstract T Round(T value);

    /// <summary>2 to the power of a whole number between -126 and 127.</summary>
    static abstract T PowerOfTwo(T exponent);
}
