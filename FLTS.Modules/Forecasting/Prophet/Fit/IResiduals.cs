namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>The sum of squares as the optimiser sees it.</summary>
internal interface IResiduals
{
    /// <summary>[P, P] J'J at the last linearised parameters.</summary>
    double[] Gram { get; }

    /// <summary>[P] J'r there.</summary>
    double[] Gradient { get; }

    /// <summary>Sum of squares at <paramref name="theta"/>.</summary>
    double Sse(ReadOnlySpan<double> theta);

    /// <summary>
    /// Makes <see cref="Gram"/> and <see cref="Gradient"/> those at <paramref name="theta"/> and returns the sum of squares.
    /// </summary>
    double Linearise(ReadOnlySpan<double> theta);
}
