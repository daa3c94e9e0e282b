namespace FLTS.Modules.Registry.Measurements;

/// <summary>What became of rows that were sent; a time that was sent twice counts once, by its last row.</summary>
/// <param name="New">Behind the newest that was known.</param>
/// <param name="Late">Of times before it at which nothing was known.</param>
/// <param name="Corrected">Of times of which something else was known.</param>
/// <param name="Unchanged">Of times of which the same was known.</param>
internal readonly record struct TakenRows(int New, int Late, int Corrected, int Unchanged)
{
    /// <summary>Those that were stored.</summary>
    public int Stored => New + Late + Corrected;
}
