using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Profiling;

/// <summary>One file of a dataset.</summary>
/// <param name="First">Time of its first row, ISO 8601: local, with its offset where there is a zone.</param>
/// <param name="Last">The same of its last row.</param>
/// <param name="Series">Step, gaps, doubles, jitter.</param>
public sealed record PartProfile(string First, string Last, SeriesReport Series);
