using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Profiling;

/// <summary>One file of a dataset.</summary>
/// <param name="First">Time of its first row.</param>
/// <param name="Last">Time of its last row.</param>
/// <param name="Series">Step, gaps, doubles, jitter.</param>
public sealed record PartProfile(DateTime First, DateTime Last, SeriesReport Series);
