using System.Globalization;
using System.Text.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference;

/// <summary>Answers forecasts with the champion.</summary>
internal sealed partial class PredictService(ModelSlots slots, NewestRows newest, PredictQueue queue, InferenceOptions options, TimeProvider time, ILogger<PredictService> logger)
{
    /// <summary>One forecast.</summary>
    /// <exception cref="FltsException">What is wrong with the request, or why no answer is possible now.</exception>
    public async Task<PredictAnswer> PredictAsync(JsonElement body, int? inferenceLength, CancellationToken cancellation)
    {
        var clock = time.GetTimestamp();
        var outcome = "success";
        try
        {
            var request = PredictRequest.Parse(body);
            var steps = request.InferenceLength ?? inferenceLength ?? ComingValues.Steps(request.Future) ?? 1;
            if (steps < 1)
                throw new InvalidInputException($"'inference_length' is {steps}; it must be at least 1.");
            if (steps > options.MaxSteps)
                throw new TooLargeException($"'inference_length' is {steps}; at most {options.MaxSteps} steps are forecast (Inference:MaxSteps).");

            RefuseTooLong(request);
            var model = slots.Take(request.Identifier);
            try
            {
                var rows = request.Data is null ? await newest.OfAsync(model, cancellation) : null;
                return await queue.RunAsync(() => Answer(model, request, rows, steps), cancellation);
            }
            finally
            {
                model.Release();
            }
        }
        catch (Exception e)
        {
            outcome = Outcome(e);
            if (e is FltsException and not UnavailableException)
                LogRejected(logger, e.Message);

            throw;
        }
        finally
        {
            FltsMetrics.PredictRequests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
            FltsMetrics.PredictLatency.Record(time.GetElapsedTime(clock).TotalSeconds);
        }
    }

    private PredictAnswer Answer(ServedModel model, PredictRequest request, StartingRows? newest, int steps)
    {
        var (series, origin, warnings) = Rows(model, request, newest);
        var manifest = model.Loaded.Manifest;
        (series, var unused) = ComingValues.Append(request.Future, model.Serving, series, steps);
        var forecast = model.Restorer.Restore(model.Loaded.Forecaster.Forecast(SeriesWindows.Of(series, [origin], request.Holidays), steps));
        var predictions = new List<Dictionary<string, object>>(steps);
        for (var h = 0; h < steps; h++)
        {
            var at = series.Timestamps[origin] + (series.Step * (h + 1));
            var row = new Dictionary<string, object>(manifest.Targets.Count + 1, StringComparer.Ordinal) { ["ts"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) };
            for (var m = 0; m < manifest.Targets.Count; m++)
            {
                var value = forecast[0, h, m];
                if (!double.IsFinite(value))
                    throw new InvalidOperationException($"{manifest.ModelType} run {manifest.RunId} forecast {value} for {manifest.Targets[m]} at step {h + 1}.");

                row[manifest.Targets[m]] = value;
            }

            predictions.Add(row);
        }

        var (intervals, remarks) = IntervalAnswer.Of(model, forecast, request.Levels);
        warnings = [.. warnings, .. remarks, .. unused is null ? Array.Empty<string>() : [unused]];
        return new PredictAnswer("SUCCESS", model.Identifier, manifest.RunId, manifest.ModelType, model.Version, manifest.ConfigHash, predictions, intervals, warnings.Count > 0 ? warnings : null);
    }

    private (PreparedSeries Series, int Origin, IReadOnlyList<string> Warnings) Rows(ServedModel model, PredictRequest request, StartingRows? newest)
    {
        if (request.Data is { } data)
        {
            var frame = ServingFrame.FromJson(data, request.IndexCol, model.Serving, time.GetUtcNow().UtcDateTime);
            return (frame.Series, frame.Origin, frame.Warnings);
        }

        return newest?.Series is { } series
            ? (series, series.Rows - 1, newest.Warning is { } warning ? [warning] : [])
            : throw new UnavailableException($"There are no newest rows to forecast from: {newest?.None}. Send rows as 'data'.");
    }

    private void RefuseTooLong(PredictRequest request)
    {
        if (request.Data is not { ValueKind: JsonValueKind.Object } data)
            return;

        foreach (var property in data.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() > options.MaxRows)
                throw new TooLargeException($"'data.{property.Name}' has {property.Value.GetArrayLength()} rows; at most {options.MaxRows} may be sent (Inference:MaxRows).");
        }
    }

    private static string Outcome(Exception exception) => exception switch
    {
        TooManyException => "queue_full",
        UnavailableException => "no_model",
        OperationCanceledException => "timeout",
        FltsException => "client_error",
        _ => "server_error",
    };

    [LoggerMessage(EventName = "predict_rejected", Level = LogLevel.Information, Message = "A forecast was refused: {reason}")]
    private static partial void LogRejected(ILogger logger, string reason);
}
