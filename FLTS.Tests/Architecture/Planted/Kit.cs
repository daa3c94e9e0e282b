#pragma warning disable CA1812, CA1822
using FLTS.Forecasting.Series;

namespace FLTS.Tests.Architecture.Planted.Kit;

internal sealed class KitThatForecasts
{
    public object Model() => Metrics();

    private static Type Metrics() => typeof(PreparedSeries);
}

/// <summary>Allowed: a fault of the core.</summary>
internal sealed class KitThatThrows
{
    public void Refuse() => throw new InvalidInputException("no");
}
