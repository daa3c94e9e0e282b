using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Windows;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Answers forecasts with the champion.</summary>
internal sealed partial class PredictService(
    ChampionLoads champions,
    WindowReader windows,
    AnswerSize size,
    PredictQueue queue,
    InferenceMetrics metrics,
    TimeProvider time,
    ILogger<PredictService> logger)
{
    /// <summary>One forecast.</summary>
    /// <param name="asked">Read here at the latest: what is wrong with it is an outcome like others.</param>
    /// <param name="inferenceLength">Steps asked for in the address.</param>
    /// <param name="cancellation">Ends with the request.</param>
    /// <exception cref="FltsException">What is wrong with the request, or why no answer is possible now.</exception>
    public async Task<PredictAnswer> PredictAsync(Lazy<PredictRequest> asked, int? inferenceLength, CancellationToken cancellation)
    {
        var clock = time.GetTimestamp();
        var outcome = "success";
        try
        {
            var request = asked.Value;
            var steps = windows.Steps(request, inferenceLength);
            windows.RefuseTooLong(request);
            var model = await champions.TakeAsync(request.Identifier, cancellation);
            try
            {
                size.RefuseTooLarge(model, steps, request.Levels.Count);
                var window = await windows.ReadAsync(request, model, steps, cancellation);
                var scaled = await queue.ForecastAsync(model, window.Window, steps, client: "", cancellation);
                var (series, origin, _) = window.Window;
                window = window with
                {
                    Warnings = [.. window.Warnings, .. KeptAnswer.Warnings(model, window.Window, scaled), .. model.LeftOut],
                };
                return Answer(model, window, model.Restorer.Restore(scaled, series, [origin]), request.Levels);
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
            metrics.Answered(outcome, time.GetElapsedTime(clock).TotalSeconds);
        }
    }

    /// <param name="model">Whose forecast it is.</param>
    /// <param name="asked">What it was computed from.</param>
    /// <param name="forecast">[1, H, M] In original units.</param>
    /// <param name="levels">Of intervals, in percent.</param>
    private static PredictAnswer Answer(ServedModel model, RequestWindow asked, double[,,] forecast, IReadOnlyList<double> levels)
    {
        var manifest = model.Loaded.Manifest;
        var (series, origin, _) = asked.Window;
        var predictions = new List<Dictionary<string, object>>(asked.Steps);
        for (var h = 0; h < asked.Steps; h++)
        {
            var row = new Dictionary<string, object>(manifest.Targets.Count + 1, StringComparer.Ordinal)
            {
                ["ts"] = series.Step.Show(series.Step.Next(series.Timestamps[origin], h + 1)),
            };
            for (var m = 0; m < manifest.Targets.Count; m++)
            {
                var value = forecast[0, h, m];
                row[manifest.Targets[m]] = double.IsFinite(value)
                    ? value
                    : throw new InvalidOperationException(
                        $"{manifest.ModelType} run {manifest.RunId} forecast {value} for {manifest.Targets[m]} at step {h + 1}.");
            }

            predictions.Add(row);
        }

        var (intervals, remarks) = IntervalAnswer.Of(model, asked.Window, forecast, levels);
        IReadOnlyList<string> warnings = [.. asked.Warnings.Concat(remarks).Select(Sentence.Of)]; // They tell names that were sent.
        return new PredictAnswer(
            "SUCCESS",
            model.Identifier,
            manifest.RunId,
            manifest.ModelType,
            model.Version,
            manifest.ConfigHash,
            predictions,
            intervals,
            warnings.Count > 0 ? warnings : null);
    }

    private static string Outcome(Exception exception) => exception switch
    {
        TooManyException => "queue_full",
        UnavailableException => "no_model",
        OverdueException or OperationCanceledException => "timeout",
        FltsException => "client_error",
        _ => "server_error",
    };

    [LoggerMessage(EventName = "predict_rejected", Level = LogLevel.Information, Message = "A forecast was refused: {reason}")]
    private static partial void LogRejected(ILogger logger, string reason);
}
