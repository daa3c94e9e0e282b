namespace FLTS.Forecasting.Preparation;

/// <summary>How missing cells of train are filled. Test and serving rows are always filled with the last seen value.</summary>
public enum MissingStrategy { Interpolate, Knn, ForwardFill, DropRows }
