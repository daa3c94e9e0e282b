namespace FLTS.Forecasting.Prophet;

/// <summary>The sum of squares as the optimiser sees it.</summary>
internal interface IResiduals
{
    /// <summary>[P, P] J'J at the last linearised parameters.</summary>
    double[] Gram { get; }

    /// <summary>[P] J'r there.</summary>
    double[] Gradient { get; }

    /// <summary>Sum of squares at <paramref name="theta"/>.</summary>
    double Sse(ReadOnlySpan<double> theta);

    /// <summary>Makes <see cref="Gram"/> and <see cref="Gradient"/> those at <paramref name="theta"/> and returns the sum of squares.</summary>
    double Linearise(ReadOnlySpan<double> theta);
}

/// <summary>Additive terms on a linear or flat trend: a quadratic form in the parameters, whose evaluation does not depend on the number of rows.</summary>
internal sealed class QuadraticResiduals(double[] gram, double[] origin, double[] gradientAtOrigin, double sseAtOrigin) : IResiduals
{
    private readonly double[] step = new double[origin.Length];
    private readonly double[] gramStep = new double[origin.Length];

    public double[] Gram => gram;

    public double[] Gradient { get; } = new double[origin.Length];

    public double Sse(ReadOnlySpan<double> theta)
    {
        var p = step.Length;
        for (var i = 0; i < p; i++)
            step[i] = theta[i] - origin[i];
        for (var i = 0; i < p; i++)
            gramStep[i] = LinearAlgebra.Dot(gram.AsSpan(i * p, p), step);
        return Math.Max(0, sseAtOrigin - (2 * LinearAlgebra.Dot(gradientAtOrigin, step)) + LinearAlgebra.Dot(gramStep, step));
    }

    public double Linearise(ReadOnlySpan<double> theta)
    {
        var sse = Sse(theta);
        for (var i = 0; i < step.Length; i++)
            Gradient[i] = gradientAtOrigin[i] - gramStep[i];
        return sse;
    }
}

/// <summary>Logistic trends and multiplicative terms: residuals by rows, linearised anew at every step (Gauss-Newton).</summary>
internal sealed class CurvedResiduals(HistoryDesign design, Growth growth, double[] y, double[]? caps, CancellationToken cancellation) : IResiduals
{
    private readonly Curve curve = new(design, growth, caps);
    private readonly double[] residuals = new double[design.Rows];

    public double[] Gram { get; private set; } = [];

    public double[] Gradient { get; private set; } = [];

    public double Sse(ReadOnlySpan<double> theta) => curve.Residuals(theta, y, residuals);

    public double Linearise(ReadOnlySpan<double> theta)
    {
        var sse = curve.Residuals(theta, y, residuals);
        var sums = NormalEquations.Sum(design, curve.Weights, design.AnyMultiplicative ? curve.Trend : null, [residuals], cancellation);
        (Gram, Gradient) = (sums.Gram, sums.Sides[0]);
        Adapt(theta[0], theta[1]);
        return sse;
    }

    // From the slope and intercept of z to k and m: dz/dk = t - m and dz/dm = -k for the logistic trend; a flat one has no slopes.
    private void Adapt(double k, double m)
    {
        var p = Gradient.Length;
        if (growth == Growth.Logistic)
        {
            for (var j = 0; j < p; j++)
                (Gram[j], Gram[p + j]) = (Gram[j] - (m * Gram[p + j]), -k * Gram[p + j]);
            for (var i = 0; i < p; i++)
                (Gram[i * p], Gram[(i * p) + 1]) = (Gram[i * p] - (m * Gram[(i * p) + 1]), -k * Gram[(i * p) + 1]);
            (Gradient[0], Gradient[1]) = (Gradient[0] - (m * Gradient[1]), -k * Gradient[1]);
        }
        else if (growth == Growth.Flat)
        {
            FlatTrend.Remove(Gram, Gradient, design.Changepoints.Length);
        }
    }
}

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
