using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>One column of the design matrix.</summary>
/// <param name="Name">Prophet's name, for example <c>weekly_delim_1</c>.</param>
/// <param name="Component">The term it belongs to, for example <c>weekly</c>.</param>
/// <param name="Kind">What kind of term that is.</param>
/// <param name="PriorScale">Standard deviation of its coefficient's prior.</param>
/// <param name="Mode">How it joins the trend.</param>
public sealed record FeatureColumn(string Name, string Component, FeatureKind Kind, double PriorScale, TermMode Mode);
