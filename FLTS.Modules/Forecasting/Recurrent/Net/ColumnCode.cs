namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>
/// How one column is written for the net: (f(value) - mean) / scale, where f is the identity, or, for a column with <c>log1p</c>,
/// log(1 + max(0, value * unit + center)): the logarithm is taken in original units.
/// </summary>
/// <param name="Mean">Subtracted.</param>
/// <param name="Scale">Divided by; more than 0.</param>
/// <param name="Center">Original units of 0 on the series' scale.</param>
/// <param name="Unit">Original units of 1 on the series' scale, more than 0; 0: no logarithm.</param>
internal readonly record struct ColumnCode(double Mean, double Scale, double Center = 0, double Unit = 0)
{
    public bool IsLog => Unit > 0;

    /// <summary>f: before standardisation.</summary>
    public double Transform(double value) => IsLog ? Log1P(Math.Max(0, (value * Unit) + Center)) : value;

    public double Encode(double value) => (Transform(value) - Mean) / Scale;

    /// <summary>Back to the series' scale; with a logarithm never below 0 in original units.</summary>
    public double Decode(double encoded) => Restore((encoded * Scale) + Mean);

    /// <summary>The value <paramref name="change"/> (encoded) away from <paramref name="last"/> (on the series' scale).</summary>
    public double DecodeChange(double change, double last) => IsLog ? Restore(Transform(last) + (change * Scale)) : last + (change * Scale);

    private double Restore(double transformed) => IsLog ? (Math.Max(0, ExpM1(transformed)) - Center) / Unit : transformed;

    /// <summary>Exact for small x too (Kahan); the runtime's own is log(x + 1).</summary>
    private static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    private static double ExpM1(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsInfinity(u) ? u : (u - 1) * x / Math.Log(u);
    }
}
