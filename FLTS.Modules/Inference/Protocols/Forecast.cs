using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>What a champion answers, before it is written in one form or another.</summary>
/// <param name="Identifier">Whose champion.</param>
/// <param name="Version">Line of the ledger.</param>
/// <param name="Manifest">Of the model.</param>
/// <param name="Step">Between steps.</param>
/// <param name="From">Time of the last known row.</param>
/// <param name="Values">[1, H, M] In original units, finite.</param>
/// <param name="Intervals">One a level that was asked for.</param>
/// <param name="Warnings">Sentences.</param>
internal sealed record Forecast(
    Identifier Identifier,
    int Version,
    ArtifactManifest Manifest,
    SeriesStep Step,
    DateTime From,
    double[,,] Values,
    IReadOnlyList<Interval> Intervals,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Which intervals are adapted ones; null: none is.</summary>
    public IntervalsAdapted? Adapted { get; init; }

    /// <summary>H.</summary>
    public int Steps => Values.GetLength(1);

    /// <summary>[M]</summary>
    public IReadOnlyList<string> Targets => Manifest.Targets;

    /// <summary>Time of a step; 0 is the first.</summary>
    public DateTime At(int step) => Step.Next(From, step + 1);
}

/// <summary>Which intervals of an answer followed what came true; the others are as validation left them.</summary>
/// <param name="Levels">In percent.</param>
/// <param name="Leads">Steps, 1 the first; of those beyond five the knots, between which intervals are interpolated.</param>
/// <param name="Revision">Times whose truths have moved them.</param>
internal sealed record IntervalsAdapted(IReadOnlyList<double> Levels, IReadOnlyList<int> Leads, long Revision);

/// <summary>Intervals of one level around a forecast.</summary>
/// <param name="Level">In percent, as text.</param>
/// <param name="Low">[H, M] NaN where there are too few residuals.</param>
/// <param name="High">[H, M] The same.</param>
internal sealed record Interval(string Level, double[,] Low, double[,] High);
