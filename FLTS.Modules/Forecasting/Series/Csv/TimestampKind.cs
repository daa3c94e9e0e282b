namespace FLTS.Forecasting.Series.Csv;

/// <summary>What a timestamp cell turned out to be.</summary>
internal enum TimestampKind { Invalid, Local, Zoned, Epoch }
