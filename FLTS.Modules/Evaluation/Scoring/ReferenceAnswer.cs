using FLTS.Forecasting.Bands;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>What a reference answered.</summary>
/// <param name="Forecast">[N, H, M] In original units; null where it has none.</param>
/// <param name="WhyNot">Why; null where it has.</param>
/// <param name="ByLead">Its errors at the bands; null where it has none.</param>
internal sealed record ReferenceAnswer(double[,,]? Forecast, string? WhyNot, ModelErrors? ByLead);
