namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Residuals of evenly thinned rows, each of which stands for <paramref name="weight"/> rows.</summary>
internal sealed class WeightedResiduals(IResiduals rows, double weight) : IResiduals
{
    public double[] Gram { get; private set; } = [];

    public double[] Gradient { get; private set; } = [];

    public double Sse(ReadOnlySpan<double> theta) => weight * rows.Sse(theta);

    public double Linearise(ReadOnlySpan<double> theta)
    {
        var sse = weight * rows.Linearise(theta);
        (Gram, Gradient) = (rows.Gram, rows.Gradient);
        if (weight != 1)
        {
            foreach (ref var value in Gram.AsSpan())
                value *= weight;
            foreach (ref var value in Gradient.AsSpan())
                value *= weight;
        }

        return sse;
    }
}
