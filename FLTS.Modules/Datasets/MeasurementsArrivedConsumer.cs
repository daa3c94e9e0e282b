using System.Text;
using System.Text.Json;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Datasets;

/// <summary>
/// Measurements by message: acknowledged when they are committed. While database or store are away it waits, and so does the message; what
/// cannot be read ends in the error queue with its sentence.
/// </summary>
internal sealed partial class MeasurementsArrivedConsumer(
    RowAppender appender, DatasetOptions options, TimeProvider time, ILogger<MeasurementsArrivedConsumer> logger)
    : IConsumer<MeasurementsArrived>
{
    /// <summary>Longest wait between two tries, in seconds.</summary>
    private const double LongestWait = 30;

    public async Task Consume(ConsumeContext<MeasurementsArrived> context)
    {
        var (message, cancellation) = (context.Message, context.CancellationToken);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await TakeAsync(message, cancellation);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && IsAway(e))
            {
                LogAway(logger, message.Dataset, e.Message);
            }

            await Task.Delay(Backoff.Delay(tries, LongestWait, message.Dataset.Value), time, cancellation);
        }
    }

    private async Task TakeAsync(MeasurementsArrived message, CancellationToken cancellation)
    {
        var isJson = message.Rows.ValueKind == JsonValueKind.Array;
        if (!isJson && message.Rows.ValueKind != JsonValueKind.String)
            throw new InvalidInputException(
                "'rows' must be a JSON array of rows, each an object of column names and values, or a CSV with a header as text.");

        var files = await appender.FilesAsync(message.Dataset, [], cancellation);
        using var body = new MemoryStream(
            Encoding.UTF8.GetBytes(isJson ? message.Rows.GetRawText() : message.Rows.GetString()!));
        var rows = await SentRows.ReadAsync(body, isJson, files.Options, options, cancellation);
        await appender.AppendAsync(files, rows, mayComeAgain: true, cancellation);
    }

    private static bool IsAway(Exception exception) =>
        exception is TooManyException || StepFault.Of(exception, "measurements", "").Kind == StepFaultKind.Away;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Measurements of {dataset} wait, and are taken when this has passed: {reason}")]
    private static partial void LogAway(ILogger logger, DatasetName dataset, string reason);
}

/// <summary>In the order in which they arrive: of two messages about one time the later one is the correction.</summary>
internal sealed class MeasurementsArrivedConsumerDefinition : ConsumerDefinition<MeasurementsArrivedConsumer>
{
    public MeasurementsArrivedConsumerDefinition() => ConcurrentMessageLimit = 1;
}
