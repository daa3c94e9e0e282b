using System.Runtime.ExceptionServices;
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
    private long _told;

    /// <summary>One forecast.</summary>
    /// <param name="request">What is wrong with it is an outcome like others.</param>
    /// <param name="inferenceLength">Steps asked for in the address.</param>
    /// <param name="asker">Of whom it is one.</param>
    /// <param name="cancellation">Ends with the request.</param>
    /// <exception cref="FltsException">What is wrong with the request, or why no answer is possible now.</exception>
    public ValueTask<Forecast> PredictAsync(
        PredictRequest request, int? inferenceLength, Asker asker, CancellationToken cancellation) =>
        PredictAsync(request, inferenceLength, asker, isKnown: null, cancellation)!;

    /// <summary>One forecast, where the caller does not have it already.</summary>
    /// <param name="request">What is wrong with it is an outcome like others.</param>
    /// <param name="inferenceLength">Steps asked for in the address.</param>
    /// <param name="asker">Of whom it is one.</param>
    /// <param name="isKnown">Asked, before it is computed, whether the caller has what a model makes of a window; null: it has not.</param>
    /// <param name="cancellation">Ends with the request.</param>
    /// <returns>Null: the caller has it.</returns>
    /// <exception cref="FltsException">What is wrong with the request, or why no answer is possible now.</exception>
    public async ValueTask<Forecast?> PredictAsync(
        PredictRequest request,
        int? inferenceLength,
        Asker asker,
        Func<ServedModel, RequestWindow, bool>? isKnown,
        CancellationToken cancellation)
    {
        var clock = time.GetTimestamp();
        var outcome = "success";
        try
        {
            if (request.Fault is { } fault)
                ExceptionDispatchInfo.Throw(fault);

            var steps = windows.Steps(request, inferenceLength);
            windows.RefuseTooLong(request);
            var model = await champions.TakeAsync(request.Identifier, cancellation);
            try
            {
                size.RefuseTooLarge(model, steps, request.Levels.Count);
                var asked = await windows.ReadAsync(request, model, steps, cancellation);
                if (isKnown?.Invoke(model, asked) == true)
                    return null;

                var scaled = await queue.ForecastAsync(model, asked.Window, steps, asker, cancellation);
                var answer = Answer(model, asked, scaled, request.Levels);
                if (asked.Room is { } room)
                    model.Serving.Plan.Return(room); // Not where it failed: who knows who still computes with it.
                return answer;
            }
            finally
            {
                model.Release();
            }
        }
        catch (Exception e)
        {
            outcome = Outcome(e, cancellation);
            if (e is FltsException and not UnavailableException && (e is not TooManyException || IsToBeTold()))
                LogRejected(logger, e.Message);

            throw;
        }
        finally
        {
            metrics.Answered(outcome, time.GetElapsedTime(clock).TotalSeconds);
        }
    }

    /// <param name="model">Whose forecast it is.</param>
    /// <param name="asked">What it was computed from, and what is to be said already.</param>
    /// <param name="scaled">[1, H, M] As the model gave it.</param>
    /// <param name="levels">Of intervals, in percent.</param>
    private static Forecast Answer(ServedModel model, RequestWindow asked, double[,,] scaled, IReadOnlyList<double> levels)
    {
        var (manifest, from) = (model.Loaded.Manifest, asked.Window);
        var values = model.Restorer.Restore(scaled, from.Series, [from.Origin]);
        for (var h = 0; h < values.GetLength(1); h++)
        {
            for (var m = 0; m < manifest.Targets.Count; m++)
            {
                if (!double.IsFinite(values[0, h, m]))
                    throw new InvalidOperationException(
                        $"{manifest.ModelType} run {manifest.RunId} forecast {values[0, h, m]} for {manifest.Targets[m]} at step {h + 1}.");
            }
        }

        var kept = KeptAnswer.Warnings(model, from, scaled);
        var (intervals, adapted, remarks) = IntervalAnswer.Of(model, asked, values, levels);
        return new Forecast(
            model.Identifier,
            model.Version,
            manifest,
            from.Series.Step,
            from.Series.Timestamps[from.Origin],
            values,
            intervals,
            Sentences(asked.Warnings, kept, model.LeftOut, remarks))
        {
            Adapted = adapted,
        };
    }

    /// <summary>They tell names that were sent.</summary>
    private static List<string> Sentences(params ReadOnlySpan<IReadOnlyList<string>> parts)
    {
        List<string> all = [];
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Count; i++)
                all.Add(Sentence.Of(part[i]));
        }

        return all;
    }

    /// <summary>That the queue is full is told once a second: it is refused thousands of times, which the metrics count.</summary>
    private bool IsToBeTold()
    {
        var (now, told) = (time.GetTimestamp(), Interlocked.Read(ref _told));
        return (told == 0 || time.GetElapsedTime(told, now).TotalSeconds >= 1)
            && Interlocked.CompareExchange(ref _told, now, told) == told;
    }

    /// <param name="exception">What came instead of an answer.</param>
    /// <param name="gone">Whoever hangs up has no forecast either, but is no fault of ours.</param>
    private static string Outcome(Exception exception, CancellationToken gone) => exception switch
    {
        TooManyException => "queue_full",
        UnavailableException => "no_model",
        OperationCanceledException when gone.IsCancellationRequested => "client_error",
        OverdueException or OperationCanceledException => "timeout",
        FltsException => "client_error",
        _ => "server_error",
    };

    [LoggerMessage(EventName = "predict_rejected", Level = LogLevel.Information, Message = "A forecast was refused: {reason}")]
    private static partial void LogRejected(ILogger logger, string reason);
}
