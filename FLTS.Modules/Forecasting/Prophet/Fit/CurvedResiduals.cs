using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Logistic trends and multiplicative terms: residuals by rows, linearised anew at every step (Gauss-Newton).</summary>
internal sealed class CurvedResiduals(HistoryDesign design, Growth growth, double[] y, double[]? caps, CancellationToken cancellation)
    : IResiduals
{
    private readonly Curve _curve = new(design, growth, caps);
    private readonly double[] _residuals = new double[design.Rows];

    public double[] Gram { get; private set; } = [];

    public double[] Gradient { get; private set; } = [];

    public double Sse(ReadOnlySpan<double> theta) => _curve.Residuals(theta, y, _residuals);

    public double Linearise(ReadOnlySpan<double> theta)
    {
        var sse = _curve.Residuals(theta, y, _residuals);
        var sums = NormalEquations.Sum(design, _curve.Weights, design.AnyMultiplicative ? _curve.Trend : null, [_residuals], cancellation);
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
