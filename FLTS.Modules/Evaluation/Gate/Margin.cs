namespace FLTS.Modules.Evaluation.Gate;

/// <summary>By how much a challenger is better than the champion.</summary>
/// <param name="LogRatio">Log of its decisive score over the champion's: below 0 where it is better.</param>
/// <param name="StandardError">Of that; null where it cannot be told.</param>
internal sealed record Margin(double LogRatio, double? StandardError)
{
    /// <summary>Standard errors within which a difference may be chance: one-sided, nine times in ten.</summary>
    private const double Quantile = 1.28;

    /// <summary>Of two decisive scores.</summary>
    public static Margin Of(double score, double? standardError, double held) =>
        score == held ? new Margin(0, standardError) : new Margin(Math.Log(score / held), standardError);

    /// <summary>Whether it is better by so much, and by more than chance.</summary>
    public bool Exceeds(double least) => LogRatio <= -least && LogRatio + (Quantile * (StandardError ?? 0)) < 0;

    /// <summary>For a sentence.</summary>
    public override string ToString() => FormattableString.Invariant($"log of the ratio {LogRatio:0.####}")
        + (StandardError is { } se ? FormattableString.Invariant($", standard error {se:0.####}") : "");
}
