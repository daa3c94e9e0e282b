namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Additive terms on a linear or flat trend: a quadratic form in the parameters, whose evaluation does not depend on the number of rows.
/// </summary>
internal sealed class QuadraticResiduals(double[] gram, double[] origin, double[] gradientAtOrigin, double sseAtOrigin) : IResiduals
{
    private readonly double[] _step = new double[origin.Length];
    private readonly double[] _gramStep = new double[origin.Length];

    public double[] Gram => gram;

    public double[] Gradient { get; } = new double[origin.Length];

    public double Sse(ReadOnlySpan<double> theta)
    {
        var p = _step.Length;
        for (var i = 0; i < p; i++)
            _step[i] = theta[i] - origin[i];
        for (var i = 0; i < p; i++)
            _gramStep[i] = LinearAlgebra.Dot(gram.AsSpan(i * p, p), _step);
        return Math.Max(0, sseAtOrigin - (2 * LinearAlgebra.Dot(gradientAtOrigin, _step)) + LinearAlgebra.Dot(_gramStep, _step));
    }

    public double Linearise(ReadOnlySpan<double> theta)
    {
        var sse = Sse(theta);
        for (var i = 0; i < _step.Length; i++)
            Gradient[i] = gradientAtOrigin[i] - _gramStep[i];
        return sse;
    }
}
