using System.Data.Common;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>What went wrong, as far as it decides what comes next.</summary>
internal enum StepFaultKind
{
    /// <summary>A store, a database, a broker or a disk is away: says nothing about the work. Postponed for as long as it takes.</summary>
    Away,

    /// <summary>Data or options make it impossible: no later try can do better. Fails at once.</summary>
    Impossible,

    /// <summary>
    /// Anything else, errors of native libraries included: may be memory that was short for a moment, may be a defect. Tried three times.
    /// </summary>
    Unforeseen,
}

/// <summary>The one policy for what goes wrong in a step.</summary>
/// <param name="Kind">What comes next.</param>
/// <param name="Reason">A sentence for the row.</param>
/// <param name="ToLog">The exception, where its sentence does not say all.</param>
internal sealed record StepFault(StepFaultKind Kind, string Reason, Exception? ToLog)
{
    /// <summary>As a row and a log can keep it.</summary>
    public string Reason { get; } = Sentence.Of(Reason);

    /// <summary>Workers that may die over one row before it fails for good.</summary>
    public const int MostDeaths = 3;

    /// <summary>Tries that may end in something unforeseen before the row fails for good.</summary>
    public const int MostUnforeseen = 3;

    /// <param name="exception">What ended the work.</param>
    /// <param name="step">Name of the step.</param>
    /// <param name="traceId">Of its execution.</param>
    public static StepFault Of(Exception exception, string step, string traceId) => exception switch
    {
        UnavailableException or IOException => new(StepFaultKind.Away, exception.Message, null),
        _ when DatabaseFaults.IsPassing(exception) =>
            new(StepFaultKind.Away, (exception is DbException ? exception : exception.InnerException ?? exception).Message, null),
        FltsException => new(StepFaultKind.Impossible, exception.Message, null),

        // Native errors bring their call stack along, line by line; the log keeps it.
        _ => new(
            StepFaultKind.Unforeseen,
            $"{exception.GetType().Name} in {step} (trace {traceId}): {exception.Message.Split('\n')[0]}",
            exception),
    };

    /// <summary>The sentence for a row over which too many workers died.</summary>
    public static string Deaths(string? lastError) => $"worker died {MostDeaths} times: {lastError ?? "no error was left behind"}";
}
