using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Whether a line may be served at all, however bad the others are: on no target may its rmse be above ten times the larger of NAIVE's and
/// 1 % of train's range. Outliers of train do not count for that range: one of them would excuse everything.
/// </summary>
internal static class Plausibility
{
    private const double Times = 10;
    private const double LeastShare = 0.01;

    /// <summary>Why it may not, in a sentence; null: it may.</summary>
    /// <param name="entry">The line.</param>
    /// <param name="naive">NAIVE's on the same cells; null: it has none.</param>
    /// <param name="train">Never clipped.</param>
    public static string? WhyNot(ScoreboardEntry entry, ScoreboardEntry? naive, PreparedSeries train)
    {
        foreach (var target in train.Targets)
        {
            // A flat target is its constant whatever the model is.
            if (entry.PerTarget?.GetValueOrDefault(target) is not { Flat: false, Rmse: { } rmse })
                continue;

            var held = naive?.PerTarget?.GetValueOrDefault(target)?.Rmse ?? 0;
            if (rmse <= Times * held)
                continue;

            var column = train.IndexOf(target);
            var share = Outliers.ShareOfRange(train.Values[column], train.Observed[column]);
            if (rmse > Times * Math.Max(held, LeastShare * share))
            {
                var outliers = share < 1 ? ", outliers left out; 'preprocessing.clipping' keeps them from the models" : "";
                return FormattableString.Invariant(
                    $"the rmse of '{target}' is {rmse:G3} of train's range, above {Times} times the larger of NAIVE's ({held:G3}) ")
                    + FormattableString.Invariant($"and 1 % of the range ({LeastShare * share:G3}{outliers})");
            }
        }

        return null;
    }
}
