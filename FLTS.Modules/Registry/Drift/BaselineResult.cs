using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Registry.Drift;

/// <summary>What a validation replay says is usual.</summary>
/// <param name="Drift">Of the champion beside EWMA; null: the validation part says nothing of it.</param>
/// <param name="Spread">q of the champion beside the version before; null: there is none, or the two were not comparable.</param>
/// <param name="StepSeconds">Between rows.</param>
/// <param name="StepForm">What else there is to the step; null: nothing.</param>
internal sealed record BaselineResult(DriftBaseline? Drift, double? Spread, double StepSeconds, JsonObject? StepForm)
{
    /// <summary>Places in the season are by the clock on the wall; what was found before they were is not for a series of a zone.</summary>
    public bool HasLocalPlaces { get; init; }

    /// <summary>Between rows.</summary>
    [JsonIgnore]
    public SeriesStep Step => SeriesStep.FromJson(StepSeconds, StepForm);

    /// <summary>Whether it has to be found again.</summary>
    [JsonIgnore]
    public bool IsOutdated => !HasLocalPlaces && Step.Clock is not null;
}
