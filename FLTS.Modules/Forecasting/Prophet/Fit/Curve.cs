using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>yhat on the rows of a history and what its derivatives are made of.</summary>
internal sealed class Curve(HistoryDesign design, Growth growth, double[]? caps)
{
    private readonly bool _anyMultiplicative = design.AnyMultiplicative;
    private readonly bool _anyAdditive = Array.IndexOf(design.Multiplicative, false) >= 0;

    /// <summary>[T] Trend at the last evaluated parameters.</summary>
    public double[] Trend { get; } = new double[design.Rows];

    /// <summary>[T] d yhat / d z, where z is the piecewise-linear curve of <see cref="PiecewiseTrend"/>.</summary>
    public double[] Weights { get; } = new double[design.Rows];

    /// <summary>
    /// yhat = trend * (1 + X beta_multiplicative) + X beta_additive (prophet.stan); residuals y - yhat go to <paramref name="residuals"/>.
    /// </summary>
    /// <returns>Their sum of squares.</returns>
    public double Residuals(ReadOnlySpan<double> theta, double[] y, double[] residuals)
    {
        var s = design.Changepoints.Length;
        var q = design.Columns;
        var (slopes, intercepts) = PiecewiseTrend.Lines(growth, theta[0], theta[1], theta.Slice(2, s), design.Changepoints);
        var additive = new double[q];
        var multiplicative = new double[q];
        for (var j = 0; j < q; j++)
            (design.Multiplicative[j] ? multiplicative : additive)[j] = theta[2 + s + j];

        var sse = 0.0;
        for (var segment = 0; segment <= s; segment++)
        {
            for (var row = design.SegmentStarts[segment]; row < design.SegmentStarts[segment + 1]; row++)
            {
                var features = design.Features.AsSpan(row * q, q);
                var plus = _anyAdditive ? LinearAlgebra.Dot(features, additive) : 0;
                var times = _anyMultiplicative ? 1 + LinearAlgebra.Dot(features, multiplicative) : 1;
                var z = (slopes[segment] * design.Times[row]) + intercepts[segment];
                var (trend, slope) = (z, 1.0);
                if (growth == Growth.Logistic)
                {
                    var sigmoid = PiecewiseTrend.Sigmoid(z);
                    (trend, slope) = (caps![row] * sigmoid, caps[row] * sigmoid * (1 - sigmoid));
                }

                Trend[row] = trend;
                Weights[row] = slope * times;
                residuals[row] = y[row] - (trend * times) - plus;
                sse += residuals[row] * residuals[row];
            }
        }

        return sse;
    }
}
