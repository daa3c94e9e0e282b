namespace FLTS.Forecasting.Series.Csv;

/// <summary>A fault in one cell: its line inside the block (from 0), column and shown content.</summary>
internal readonly record struct CellFault(int Line, string Shown);
