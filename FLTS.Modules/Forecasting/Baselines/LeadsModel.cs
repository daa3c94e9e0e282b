using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>What explains a target at a lead.</summary>
internal enum LeadTerms
{
    /// <summary>The rows up to the origin.</summary>
    Lags,

    /// <summary>They, and SEASONAL_MEAN of all targets at the target time.</summary>
    Season,

    /// <summary>Of the targets, the differences of those rows to SEASONAL_MEAN; explained is the difference too.</summary>
    Deviations,
}

/// <summary>The regressions of one knot, on standardised columns.</summary>
/// <param name="Lead">In steps.</param>
/// <param name="Terms">What explains.</param>
/// <param name="Coefficients">[M][P] Oldest row first, then what lies beside the rows, the intercept last; null for a target that is flat
/// or was never seen so far ahead: its last value is kept.</param>
internal sealed record KnotModel(int Lead, LeadTerms Terms, double[]?[] Coefficients)
{
    /// <summary>P.</summary>
    public static int Features(LeadTerms terms, int inputLength, int columns, int targets) =>
        (inputLength * columns) + (terms == LeadTerms.Season ? targets : 0) + 1;
}

/// <summary>Regressions that answer directly.</summary>
/// <param name="Signature">What it needs and gives.</param>
/// <param name="Scale">[F]</param>
/// <param name="Knots">Ascending from lead 1.</param>
/// <param name="IsSeasonal">Whether what is interpolated between knots are differences to SEASONAL_MEAN.</param>
/// <param name="Carried">SEASONAL_MEAN for windows with too few rows before them; null: such windows are refused.</param>
internal sealed record LeadsModel(
    ModelSignature Signature, ColumnSpread[] Scale, KnotModel[] Knots, bool IsSeasonal, CarriedSeason? Carried)
{
    /// <summary>SEASONAL_MEAN of a series as this model sees it; null: it sees none.</summary>
    public SeasonProfile? ProfileOf(PreparedSeries history) =>
        IsSeasonal ? new SeasonProfile(history, Signature.Targets, Carried) : null;
}
