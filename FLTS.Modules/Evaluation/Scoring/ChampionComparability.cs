using FLTS.Forecasting.Preparation;
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
        var manifest = champion.Manifest;
        if (Math.Abs(manifest.StepSeconds - data.Meta.Step.TotalSeconds) > 1e-6)
            return FormattableString.Invariant($"its step is {manifest.StepSeconds} s, this data's is {data.Meta.Step.TotalSeconds} s");
        if (!manifest.Targets.SequenceEqual(data.Meta.Targets, StringComparer.Ordinal))
            return $"its targets are {string.Join(", ", manifest.Targets)}";

        var absent = manifest.Inputs.Where(i => !data.Meta.Columns.Contains(i, StringComparer.Ordinal)).ToList();
        return absent.Count > 0 ? $"it needs columns that this data has not: {string.Join(", ", absent)}" : null;
    }

    /// <summary>
    /// The rows that the champion was neither fitted nor validated on; where too few would remain, all, and why it cannot be compared.
    /// </summary>
    /// <param name="frame">Scored rows.</param>
    /// <param name="manifest">The champion's.</param>
    /// <param name="reach">From the first step forecast to the last.</param>
    public static (EvaluationFrame Frame, string? Incomparable) Unseen(EvaluationFrame frame, ArtifactManifest manifest, TimeSpan reach)
    {
        var unseen = frame.Where(time => !Saw(manifest, time, time + reach));
        return unseen.ScoredRows == frame.ScoredRows || unseen.ScoredRows >= FewestComparedRows
            ? (unseen, null)
            : (
                frame,
                $"only {unseen.ScoredRows} scored rows lie outside what it was fitted or validated on, {FewestComparedRows} are needed");
    }

    /// <summary>Whether anything from the first to the last step forecast was fitted or validated on.</summary>
    private static bool Saw(ArtifactManifest manifest, DateTime first, DateTime last) =>
        Meets(manifest.Fitted, first, last) || Meets(manifest.Validated, first, last);

    /// <summary>A span is absent where nothing was learned (NAIVE).</summary>
    private static bool Meets(ManifestSpan? span, DateTime first, DateTime last) =>
        span is not null && first <= span.To && last >= span.From;
}
