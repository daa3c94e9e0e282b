using System.Globalization;

namespace FLTS.Modules.Contracts;

/// <summary>What scoring holds at once: forecasts of every scored origin, step and target.</summary>
internal static class EvaluationSize
{
    /// <summary>A model's forecasts on its scale and in original units, NAIVE's, and their errors.</summary>
    private const int Copies = 4;

    /// <param name="origins">Scored rows.</param>
    /// <param name="horizon">Steps from each.</param>
    /// <param name="targets">M.</param>
    public static FitEstimate Of(long origins, int horizon, int targets) => new(
        (double)origins * horizon * targets * sizeof(double) * Copies,
        0,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{origins:N0} scored rows x evaluation_horizon {horizon} x {targets} targets, {Copies} copies; use a smaller "
            + $"evaluation_horizon or sample_test_rows"));
}
