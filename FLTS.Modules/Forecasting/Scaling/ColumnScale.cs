using System.Text.Json.Serialization;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>What train says about one measured column; original units.</summary>
/// <param name="Name">The column.</param>
/// <param name="Center">Subtracted when scaling.</param>
/// <param name="Scale">Divided by when scaling; never 0.</param>
/// <param name="Min">Least observed value of train, before clipping: the metrics' scale starts here.</param>
/// <param name="Max">Greatest observed value of train, before clipping.</param>
/// <param name="MeanAbsoluteStep">Mean |x(t) - x(t-1)| over neighbouring observed cells inside segments (MASE's denominator);
/// null where there are none.</param>
/// <param name="LastSeen">Last observed value of train: what a hole at the very start of test is filled with.</param>
/// <param name="ClipLow">Lower clipping bound; null: none.</param>
/// <param name="ClipHigh">Upper clipping bound; null: none.</param>
public sealed record ColumnScale(
    string Name,
    double Center,
    double Scale,
    double Min,
    double Max,
    double? MeanAbsoluteStep,
    double LastSeen,
    double? ClipLow = null,
    double? ClipHigh = null)
{
    /// <summary>Least forecast, as <c>bounds</c> or <c>non_negative: on</c> state it; null: none is stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Least { get; init; }

    /// <summary>Greatest forecast, as <c>bounds</c> state it; null: none is stated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Most { get; init; }

    /// <summary><c>non_negative: off</c>: forecasts may fall below 0 where no value ever did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayFallBelowZero { get; init; }

    /// <summary>No variance in train beyond rounding: scale 1, forecast as a constant, left out of pooled metrics.</summary>
    public bool Flat => Statistics.IsFlat(Min, Max);

    /// <summary>
    /// <c>non_negative: auto</c>: no value of train is below 0, and so no forecast is until a value is. What is stated of
    /// the column goes before it.
    /// </summary>
    public bool NonNegative => Min >= 0 && !MayFallBelowZero && Least is null && !(Most < 0);

    /// <summary>To the models' scale; clipped where clipping is on.</summary>
    public double Transform(double value) => (Clip(value) - Center) / Scale;

    /// <summary>Back to original units.</summary>
    public double Inverse(double scaled) => (scaled * Scale) + Center;

    /// <summary>Inside the clipping bounds.</summary>
    public double Clip(double value) => value < ClipLow ? ClipLow.Value : value > ClipHigh ? ClipHigh.Value : value;
}
