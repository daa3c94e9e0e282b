namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Additive terms on a linear or flat trend: a quadratic form in the parameters, whose evaluation does not depend on the number of rows.
/// </summary>
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
