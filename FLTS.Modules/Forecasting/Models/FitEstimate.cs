using System.Globalization;

namespace FLTS.Forecasting.Models;

/// <summary>What is known of the data before a fit; where it is not read yet, at least so much.</summary>
/// <param name="Rows">Of train.</param>
/// <param name="Columns">F input columns.</param>
/// <param name="Targets">M.</param>
public readonly record struct FitSize(long Rows, int Columns, int Targets)
{
    /// <summary>Nothing but the options is known.</summary>
    public static FitSize Least => new(1, 1, 1);
}

/// <summary>
/// Memory and arithmetic of a fit, summed from its options and its data before it starts: no less than what grows with them, so that
/// what does not fit is told from what does.
/// </summary>
/// <param name="Bytes">Held at once.</param>
/// <param name="Operations">Multiplications and additions.</param>
/// <param name="Sum">What they come from, in words.</param>
public sealed record FitEstimate(double Bytes, double Operations, string Sum)
{
    /// <summary>What a core does at best, so that a fit is refused only where it cannot be done in time.</summary>
    public const double OperationsPerSecond = 5e10;

    /// <summary>Grows with nothing that counts.</summary>
    public static FitEstimate Small { get; } = new(0, 0, "");

    /// <summary>Seconds of one core.</summary>
    public double Seconds => Operations / OperationsPerSecond;

    /// <param name="what">Whose fit, for the message.</param>
    /// <param name="mostBytes">Of memory.</param>
    /// <param name="mostSeconds">Of one core.</param>
    /// <exception cref="InvalidInputException">It needs more; the message has the sum and the setting.</exception>
    public void Refuse(string what, double mostBytes, double mostSeconds)
    {
        if (Bytes > mostBytes)
            throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} would need about {Bytes / (1 << 20):N0} MB ({Sum}); at most {mostBytes / (1 << 20):N0} are given "
                + $"(Limits:MemoryMb)."));
        if (Seconds > mostSeconds)
            throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} would need at least {Seconds:N0} s of a processor ({Sum}); at most {mostSeconds:N0} are given "
                + $"(Limits:CpuSeconds)."));
    }
}
