using System.ComponentModel;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Drift;

/// <summary>What was noticed of a station, and what was done about it, as <c>GET /drift</c> answers it.</summary>
internal sealed record DriftEventView(
    string EventId,
    Identifier Identifier,
    RunId RunId,
    DriftKind Kind,
    [property: Description("Time of the data, without an offset: UTC where the dataset has a zone.")] DateTime Ts,
    double Value,
    string Reason,
    DriftAction Action,
    DateTimeOffset NoticedAt,
    DateTimeOffset? ActedAt,
    PipelineId? PipelineId,
    AttemptId? AttemptId,
    string? Error)
{
    public static DriftEventView Of(DriftEventRow row) => new(
        row.EventId,
        row.Identifier,
        row.RunId,
        row.Kind,
        MeasurementLog.Time(row.Ts),
        row.Value,
        row.Reason,
        row.Action,
        row.NoticedAt,
        row.ActedAt,
        row.PipelineId,
        row.AttemptId,
        row.Error);
}
