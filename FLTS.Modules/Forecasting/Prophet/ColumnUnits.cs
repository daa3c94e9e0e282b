namespace FLTS.Forecasting.Prophet;

/// <summary>How a dataset's scaled column stands to its original units: original = center + scale * scaled.</summary>
internal sealed record ColumnUnits(double Center, double Scale)
{
    /// <summary>Share of a value's terms that their sum may be off by rounding.</summary>
    private const double Rounding = 1e-14;

    /// <summary>Original units; whole numbers, such as flags, are met exactly.</summary>
    public double Original(double scaled)
    {
        var value = Center + (Scale * scaled);
        var whole = Math.Round(value);
        return Math.Abs(value - whole) <= Rounding * (Math.Abs(Center) + Math.Abs(Scale * scaled)) ? whole : value;
    }

    public double Scaled(double original) => (original - Center) / Scale;
}
