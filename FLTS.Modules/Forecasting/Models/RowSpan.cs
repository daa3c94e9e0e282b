namespace FLTS.Forecasting.Models;

/// <summary>Rows <paramref name="Start"/> (inclusive) to <paramref name="End"/> (exclusive) of train.</summary>
public readonly record struct RowSpan(int Start, int End);
