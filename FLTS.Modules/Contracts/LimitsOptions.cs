using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Contracts;

/// <summary>
/// Section <c>Limits</c>: what one request or step may take of this process. What would take more is refused before it starts, where it
/// is asked for and again where it is done: processes may differ.
/// </summary>
internal sealed record LimitsOptions
{
    public const string Section = "Limits";

    private const double BytesOfMb = 1 << 20;

    /// <summary>Megabytes (2^20 bytes) of a body of <c>/predict</c> and <c>/predict/batch</c>; 1 to 64, default 4.</summary>
    [Range(1, 64)]
    public int PredictBodyMb { get; init; } = 4;

    /// <summary>Megabytes of an answer of these; 1 to 1024, default 16.</summary>
    [Range(1, 1024)]
    public int AnswerMb { get; init; } = 16;

    /// <summary>
    /// Numbers of a source, rows times columns, as read and after its gaps were filled; 1000 to 10^11, default 200 million.
    /// </summary>
    [Range(1000, 100_000_000_000)]
    public long Cells { get; init; } = 200_000_000;

    /// <summary>
    /// Megabytes of a fit, an evaluation, a profile or a forecast by its sum; 0 to 2^24; 0 (default): half of what this process may use. A
    /// fit that takes half more than its sum is ended.
    /// </summary>
    [Range(0, 1 << 24)]
    public int MemoryMb { get; init; }

    /// <summary>
    /// Seconds of one processor that each of these may need by its sum, at what a core does at best; 1 to 10^7, default 3600. A fit that
    /// takes half more is ended.
    /// </summary>
    [Range(1, 10_000_000)]
    public int CpuSeconds { get; init; } = 3600;

    public long PredictBodyBytes => (long)PredictBodyMb << 20;

    public long AnswerBytes => (long)AnswerMb << 20;

    /// <summary>What the machine or its container leaves, halved, where no setting says otherwise.</summary>
    public double MemoryBytes => MemoryMb > 0
        ? MemoryMb * BytesOfMb
        : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2.0;

    /// <summary>As many numbers as memory holds thrice (read, laid on a grid, written), but no more than <see cref="Cells"/>.</summary>
    public long MostCells => (long)Math.Min(Cells, MemoryBytes / (3 * sizeof(double)));
}
