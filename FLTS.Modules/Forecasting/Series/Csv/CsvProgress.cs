namespace FLTS.Forecasting.Series.Csv;

/// <summary>How far a reader is.</summary>
public readonly record struct CsvProgress(long Rows, long Bytes);
