namespace FLTS.Forecasting.Preparation;

/// <summary>Which rows are taken when fewer than all are asked for.</summary>
public enum SampleStrategy { Head, Tail, Random }
