using System.Threading.Channels;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>Takes progress from the computing thread without holding it up, and writes it to the run's row in order.</summary>
internal sealed partial class ProgressRecorder : IProgress<FitProgress>, IAsyncDisposable
{
    private readonly Channel<(FitProgress Progress, double? Eta)> _channel = Channel.CreateBounded<(FitProgress, double?)>(
        new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly string _modelType;
    private readonly Lease _lease;
    private readonly TrainStep _step;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Task _writing;
    private int _first = -1;

    public ProgressRecorder(string modelType, Lease lease, TrainStep step, TimeProvider time, ILogger logger)
    {
        (_modelType, _lease, _step, _time, _logger) = (modelType, lease, step, time, logger);
        _started = time.GetTimestamp();
        _writing = Task.Run(WriteAsync);
    }

    public void Report(FitProgress value)
    {
        if (_first < 0)
            _first = value.Done - 1;

        var done = value.Done - _first;
        double? eta = done > 0 && value.Total > value.Done
            ? _time.GetElapsedTime(_started).TotalSeconds / done * (value.Total - value.Done)
            : null;
        _channel.Writer.TryWrite((value, eta));
        if (value.Epoch is not { } epoch)
            return;

        FaultPoint.Reach("train.epoch");
        LogEpoch(_logger, _modelType, epoch.Epoch, value.Total, epoch.TrainLoss, epoch.ValLoss, eta);
    }

    /// <summary>Waits until everything reported so far is written.</summary>
    public async Task FlushAsync()
    {
        _channel.Writer.TryComplete();
        await _writing;
    }

    public async ValueTask DisposeAsync() => await FlushAsync();

    private async Task WriteAsync()
    {
        await foreach (var (progress, eta) in _channel.Reader.ReadAllAsync())
        {
            try
            {
                await _step.RecordAsync(_lease, progress, eta, CancellationToken.None);
            }
            catch (Exception e)
            {
                // Progress is for watching; the history is written again, whole, when the training ends.
                LogNotRecorded(_logger, e);
            }
        }
    }

    [LoggerMessage(
        EventName = "train_epoch",
        Level = LogLevel.Information,
        Message = "{model_type} epoch {epoch}/{epochs}: train loss {train_loss}, validation loss {val_loss}, {eta_seconds} s to go")]
    private static partial void LogEpoch(
        ILogger logger, string model_type, int epoch, int epochs, double train_loss, double? val_loss, double? eta_seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Progress of the training could not be recorded.")]
    private static partial void LogNotRecorded(ILogger logger, Exception exception);
}
