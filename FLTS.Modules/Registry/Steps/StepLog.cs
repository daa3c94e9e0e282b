using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>What all steps say in the same words. Which row it is about, the scope says.</summary>
internal static partial class StepLog
{
    [LoggerMessage(
        Level = LogLevel.Debug, Message = "Whether the row of {step} was ended by somebody else could not be read; it is read again.")]
    public static partial void NotWatched(ILogger logger, string step, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{message_type} could not be published; the row says the same.")]
    public static partial void NotPublished(ILogger logger, string message_type, Exception? exception);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "That {step} did not end as meant could not be recorded in its own way; the row alone says it.")]
    public static partial void NotRecorded(ILogger logger, string step, Exception exception);
}
