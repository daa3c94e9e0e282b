namespace FLTS.Forecasting.Prophet.Validation;

/// <summary>A row forecast from a cutoff before it; all in units of y. Bounds are null without uncertainty samples.</summary>
public sealed record CrossValidationRow(DateTime Cutoff, DateTime Ds, double Y, double Yhat, double? YhatLower, double? YhatUpper);
