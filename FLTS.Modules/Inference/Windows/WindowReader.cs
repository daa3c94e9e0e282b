using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;

namespace FLTS.Modules.Inference.Windows;

/// <summary>Where a request becomes a window: before it waits for its turn, so that what is wrong with it costs nobody's.</summary>
internal sealed class WindowReader(NewestRows newest, InferenceOptions options, TimeProvider time)
{
    /// <summary>
    /// Steps that a request asks for: in the address, else in its body, else as many as its <c>future</c> covers, else one.
    /// </summary>
    /// <exception cref="InvalidInputException">Fewer than one.</exception>
    /// <exception cref="TooLargeException">More than are forecast.</exception>
    public int Steps(PredictRequest request, int? inferenceLength)
    {
        var steps = inferenceLength ?? request.InferenceLength ?? ComingValues.Steps(request) ?? 1;
        if (steps < 1)
            throw new InvalidInputException($"'{request.LengthName}' is {steps}; it must be at least 1.");

        return steps <= options.MaxSteps
            ? steps
            : throw new TooLargeException(
                $"'{request.LengthName}' is {steps}; at most {options.MaxSteps} steps are forecast (Inference:MaxSteps).");
    }

    /// <exception cref="TooLargeException">More rows than may be sent; names the column.</exception>
    public void RefuseTooLong(PredictRequest request)
    {
        foreach (var column in request.Data.All)
        {
            if (column.Rows > options.MaxRows)
                throw new TooLargeException(
                    $"'data.{column.Name}' has {column.Rows} rows; at most {options.MaxRows} may be sent (Inference:MaxRows).");
        }
    }

    /// <summary>The rows sent, or the newest that are known, with what is sent of the coming steps.</summary>
    /// <exception cref="InvalidInputException">The rows cannot be used; names column and row.</exception>
    /// <exception cref="UnavailableException">None are sent and none are known.</exception>
    public async ValueTask<RequestWindow> ReadAsync(PredictRequest request, ServedModel model, int steps, CancellationToken cancellation)
    {
        var frame = request.Data.IsGiven
            ? RequestData.Read(request, model.Serving, request.EndsNow ? time.GetUtcNow().UtcDateTime : null)
            : Newest(await newest.OfAsync(model, cancellation));
        var (series, origin, warnings) = frame;
        (series, var unused) = ComingValues.Append(request, model.Serving, series, steps);
        series = series.Knowing(model.Newest.Series?.FellBelowZero ?? []);
        if (request.Warning is not null || unused is not null)
            warnings = [.. new[] { request.Warning }.OfType<string>(), .. warnings, .. new[] { unused }.OfType<string>()];
        return new RequestWindow(new Window(series, origin, request.Holidays), steps, warnings, frame.Room) { Adapted = model.Adapted };
    }

    private static ServingFrame Newest(StartingRows rows) => rows.Series is { } series
        ? new(series, series.Rows - 1, rows.Warning is { } warning ? [.. rows.Remarks, warning] : rows.Remarks)
        : throw new UnavailableException($"There are no newest rows to forecast from: {rows.None}. Send rows as 'data'.")
        {
            ForStrangers = "There are no newest rows to forecast from now. Send rows as 'data'.",
        };
}
