using System.Diagnostics.Metrics;
using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>What this process serves and how it answers, as API.md names it; all of it is there from the first scrape on.</summary>
internal sealed class InferenceMetrics
{
    private static readonly string[] _outcomes = ["success", "client_error", "queue_full", "no_model", "timeout", "server_error"];

    private readonly LabelledCounter _requests;
    private readonly Histogram<double> _latency;

    public InferenceMetrics(IMeterFactory meters, Histograms histograms, PredictQueue queue, ModelSlots slots)
    {
        var meter = meters.Create(FltsTelemetry.MeterOf("Inference"));
        _requests = new LabelledCounter(
            meter,
            "flts_predict_requests_total",
            "Forecasts asked for, by what came of them.",
            ["outcome"],
            _outcomes.Select(o => new[] { o }));
        _latency = histograms.Seconds(meter, "flts_predict_latency_seconds", "Seconds from a request to its answer or refusal.");
        var batchSize = histograms.Counts(meter, "flts_predict_batch_size", "Forecasts computed together.");
        queue.Computed += forecasts => batchSize.Record(forecasts);
        meter.CreateObservableUpDownCounter(
            "flts_predict_queue_length", () => queue.Waiting, description: "Requests that wait for their turn.");
        meter.CreateObservableCounter(
            "flts_model_swaps_total", () => slots.Swaps, description: "Models replaced by another version while serving.");
        meter.CreateObservableGauge(
            "flts_model_ready",
            () => slots.All.Select(m => new Measurement<int>(1, new KeyValuePair<string, object?>("identifier", m.Identifier.Value))),
            description: "1 for every identifier whose model is loaded.");
    }

    /// <param name="outcome">As API.md lists them.</param>
    /// <param name="seconds">From the request on.</param>
    public void Answered(string outcome, double seconds)
    {
        _requests.Add(1, outcome);
        _latency.Record(seconds);
    }
}
