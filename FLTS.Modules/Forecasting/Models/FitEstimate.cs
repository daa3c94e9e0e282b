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
/// Memory and arithmetic of a fit, a forecast or whatever else takes its time, summed from its options and its data before it starts: no
/// less than what grows with them, so that what does not fit is told from what does.
/// </summary>
/// <param name="Bytes">Held at once.</param>
/// <param name="Operations">Multiplications and additions.</param>
/// <param name="Sum">What they come from, in words.</param>
public sealed record FitEstimate(double Bytes, double Operations, string Sum)
{
    /// <summary>What a core does at best, so that a fit is refused only where it cannot be done in time.</summary>
    public const double OperationsPerSecond = 5e10;

    /// <summary>What a core does at least: it waits for memory more than it computes, and others use it.</summary>
    private const double OperationsPerSlowSecond = 1e8;

    /// <summary>What any fit takes beside what is summed: buffers of libraries, garbage that is not collected yet.</summary>
    private const double BesideBytes = 256 << 20;

    /// <summary>The same of seconds: of some methods nobody knows how often they go over the data.</summary>
    private const double BesideSeconds = 600;

    /// <summary>What is taken may exceed what was summed by half.</summary>
    private const double Half = 1.5;

    /// <summary>Grows with nothing that counts.</summary>
    public static FitEstimate Small { get; } = new(0, 0, "nothing that grows with its options");

    /// <summary>Seconds of one core.</summary>
    public double Seconds => Operations / OperationsPerSecond;

    /// <summary>May take more than a tenth of a second.</summary>
    public bool IsLong => Operations > OperationsPerSlowSecond / 10;

    /// <summary>More memory than this nobody who summed so much may take.</summary>
    public double MostBytes => Half * (Bytes + BesideBytes);

    /// <summary>More seconds of a core than these nobody who summed so much may take.</summary>
    /// <param name="given">That are given to a fit.</param>
    public double MostSeconds(double given) => Half * Math.Min(given, (Operations / OperationsPerSlowSecond) + BesideSeconds);

    /// <summary>So many of the same, one after the other or side by side.</summary>
    public FitEstimate Times(double count) => this with { Bytes = Bytes * count, Operations = Operations * count };

    /// <summary>All of these at once: whoever asks for one waits for all.</summary>
    public static FitEstimate Together(IEnumerable<FitEstimate> parts) => parts.Aggregate((all, next) =>
        new FitEstimate(all.Bytes + next.Bytes, all.Operations + next.Operations, $"{all.Sum}; {next.Sum}"));

    /// <summary>Forecasts, held on the model's scale and in original units, and the coming rows that a window is fed.</summary>
    /// <param name="windows">N.</param>
    /// <param name="steps">H.</param>
    /// <param name="size">Of what the model was fitted on.</param>
    /// <param name="operations">Of a step from a window.</param>
    /// <param name="bytes">Held beside the forecasts.</param>
    public static FitEstimate OfForecast(double windows, int steps, FitSize size, double operations, double bytes = 0) => new(
        (2 * sizeof(double) * windows * steps * size.Targets) + (sizeof(double) * (double)steps * size.Columns) + bytes,
        windows * steps * operations,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{windows:N0} windows x {steps} steps of {size.Columns} columns, {operations:N0} operations each"));

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
