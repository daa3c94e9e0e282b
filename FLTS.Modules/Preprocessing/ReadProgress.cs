using FLTS.Forecasting.Series.Csv;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Preprocessing;

/// <summary>Says every few seconds how far a long file is read; short ones are read before anything is said.</summary>
/// <param name="file">Name of the source.</param>
/// <param name="configHash">What it is read for.</param>
/// <param name="size">Bytes of the source as it is stored; 0 where unknown.</param>
/// <param name="bytesRead">Bytes of these read so far.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
internal sealed partial class ReadProgress(
    string file, ConfigHash configHash, long size, Func<long> bytesRead, TimeProvider time, ILogger logger) : IProgress<CsvProgress>
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(3);

    private long _said = time.GetTimestamp();

    public void Report(CsvProgress value)
    {
        if (time.GetElapsedTime(_said) < _pause)
            return;
        _said = time.GetTimestamp();
        var read = bytesRead();
        LogProgress(logger, file, value.Rows, read / 1e6, size > 0 ? 100.0 * read / size : null, configHash);
    }

    [LoggerMessage(
        EventName = "preprocess_progress",
        Level = LogLevel.Information,
        Message = "Reading {dataset}: {rows} rows, {megabytes:0.0} MB, {percent:0} % (config_hash {config_hash})")]
    private static partial void LogProgress(
        ILogger logger, string dataset, long rows, double megabytes, double? percent, ConfigHash config_hash);
}
