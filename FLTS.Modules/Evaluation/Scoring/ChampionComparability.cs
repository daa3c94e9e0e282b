using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>Whether a champion can be compared with candidates on their data, and on which rows.</summary>
internal static class ChampionComparability
{
    /// <summary>Rows that must remain when those are left out that the champion was fitted or validated on.</summary>
    private const int FewestComparedRows = 100;

    /// <summary>Why a champion cannot be compared on this data; null where it can.</summary>
    public static string? Incomparable(PreparedDataset data, LoadedModel champion)
    {
        var signature = champion.Forecaster.Signature;
        return ForecastReplay.Incomparable(data.Meta, signature.Step, signature.Targets, signature.Inputs);
    }

    /// <summary>
    /// The rows that the champion was neither fitted nor validated on; where too few would remain, all, and why it cannot be compared.
    /// </summary>
    /// <param name="frame">Scored rows.</param>
    /// <param name="champion">Whose spans count.</param>
    /// <param name="reach">Steps from the first step forecast to the last.</param>
    public static (EvaluationFrame Frame, string? Incomparable) Unseen(EvaluationFrame frame, LoadedModel champion, int reach)
    {
        var (step, its) = (frame.Series.Step, champion.Forecaster.Signature.Step);
        var spans = new[] { champion.Manifest.Fitted, champion.Manifest.Validated }
            .OfType<ManifestSpan>() // Absent where nothing was learned (NAIVE).
            .Select(s => (From: SeriesTimes.Convert(s.From, its, step), To: SeriesTimes.Convert(s.To, its, step)))
            .ToList();
        var unseen = frame.Where(time => IsUnseen(time, reach), time => IsUnseen(time, 0));
        return unseen.ScoredRows == frame.ScoredRows || unseen.ScoredRows >= FewestComparedRows
            ? (unseen, null)
            : (
                frame,
                $"only {unseen.ScoredRows} scored rows lie outside what it was fitted or validated on, {FewestComparedRows} are needed");

        bool IsUnseen(DateTime time, int steps) => !spans.Exists(s => time <= s.To && step.Next(time, steps) >= s.From);
    }
}
