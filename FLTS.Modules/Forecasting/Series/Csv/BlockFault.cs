namespace FLTS.Forecasting.Series.Csv;

/// <summary>What stops the reading of a block.</summary>
/// <param name="Message">For the user; what follows the row.</param>
/// <param name="Line">Inside the block, from 0.</param>
/// <param name="Column">Null where it is no single column's.</param>
/// <param name="Needed">The option that would settle it.</param>
internal sealed record BlockFault(string Message, int Line, string? Column, OptionNeeded? Needed);
