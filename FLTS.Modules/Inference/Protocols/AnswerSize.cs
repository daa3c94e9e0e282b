using System.Globalization;
using System.Text;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Windows;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>
/// How large an answer will be and what it takes to make it, told from the question: what is too large is refused before anything is
/// computed.
/// </summary>
internal sealed class AnswerSize(ModelSlots slots, WindowReader windows, LimitsOptions limits)
{
    /// <summary>A number and what stands around it.</summary>
    private const long Number = 22;

    /// <summary>The time of a step and its braces.</summary>
    private const long Step = 34;

    /// <summary>What nobody may set a limit of memory below, and what the machine has is not asked for under.</summary>
    private const double LeastLimit = 1 << 20;

    /// <exception cref="InvalidInputException">Too large; the message has the sum.</exception>
    public void RefuseTooLarge(ServedModel model, int steps, int levels)
    {
        var bytes = Of(model, steps, levels);
        if (bytes > limits.AnswerBytes)
            throw new InvalidInputException(
                $"The answer would have about {Mb(bytes)} MB ({steps} steps x {model.Loaded.Manifest.Targets.Count} targets, each with "
                + $"{levels} levels of intervals); at most {limits.AnswerMb} are answered (Limits:AnswerMb). Ask for fewer steps or "
                + "levels.");

        var work = model.Step.Times(steps);
        if (work.Bytes <= LeastLimit && work.Seconds <= limits.CpuSeconds)
            return;

        var sum = string.Create(
            CultureInfo.InvariantCulture,
            $"{steps:N0} steps x {model.Step.Operations:N0} operations of {model.Loaded.Manifest.ModelType}");
        Refuse(work with { Sum = sum });
    }

    /// <summary>What an item cannot be computed for is that item's answer, and small.</summary>
    /// <exception cref="InvalidInputException">All together are too large; the message has the sum.</exception>
    public void RefuseTooLarge(IReadOnlyCollection<PredictRequest> items)
    {
        var (bytes, work) = (0L, FitEstimate.Small);
        foreach (var item in items)
        {
            var (size, its) = Of(item);
            bytes += size;
            work = work with { Bytes = work.Bytes + its.Bytes, Operations = work.Operations + its.Operations };
        }

        if (bytes > limits.AnswerBytes)
            throw new InvalidInputException(
                $"The answer would have about {Mb(bytes)} MB ({items.Count} items, the sum of steps x targets x levels of "
                + $"each); at most {limits.AnswerMb} are answered (Limits:AnswerMb). Send fewer items, or ask for fewer steps or levels.");

        Refuse(work with { Sum = $"{items.Count} items, the sum of steps x operations of each" });
    }

    private (long Bytes, FitEstimate Work) Of(PredictRequest request)
    {
        if (request.Fault is not null)
            return (0, FitEstimate.Small);
        try
        {
            var steps = windows.Steps(request, null);
            var model = slots.Take(request.Identifier);
            try
            {
                return (Of(model, steps, request.Levels.Count), model.Step.Times(steps));
            }
            finally
            {
                model.Release();
            }
        }
        catch (FltsException)
        {
            return (0, FitEstimate.Small);
        }
    }

    private static long Of(ServedModel model, int steps, int levels)
    {
        var bytes = Step;
        foreach (var name in model.Loaded.Manifest.Targets)
            bytes += Encoding.UTF8.GetByteCount(name) + 4 + Number + (levels * ((2 * Number) + 3));
        return steps * bytes;
    }

    private void Refuse(FitEstimate work) => work.Refuse("The forecast", limits.MemoryBytes, limits.CpuSeconds);

    private static string Mb(long bytes) => (bytes / (double)(1 << 20)).ToString("0.#", CultureInfo.InvariantCulture);
}
