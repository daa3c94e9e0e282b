using System.Threading.Channels;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>Takes progress from the computing thread without holding it up, and writes it to the run's row in order.</summary>
internal sealed partial class ProgressRecorder : IProgress<FitProgress>, IAsyncDisposable
{
    private readonly Channel<(FitProgress Progress, double? Eta)> _channel = Channel.CreateBounded<(FitProgress, double?)>(
        new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly RunRow _run;
    private readonly Lease _lease;
    private readonly RunTransitions _runs;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Task _writing;
    private int _first = -1;

    public ProgressRecorder(RunRow run, Lease lease, RunTransitions runs, TimeProvider time, ILogger logger)
    {
        (_run, _lease, _runs, _time, _logger) = (run, lease, runs, time, logger);
        _started = time.GetTimestamp();
        _writing = Task.Run(WriteAsync);
    }

    public void Report(FitProgress value)
    {
        if (_first < 0)
            _first = value.Done - 1;

        var done = value.Done - _first;
        double? eta = done > 0 && value.Total > value.Done ? _time.GetElapsedTime(_started).TotalSeconds / done * (value.Total - value.Done) : null;
        _channel.Writer.TryWrite((value, eta));
        if (value.Epoch is not { } epoch)
            return;

        FaultPoint.Reach("train.epoch");
        LogEpoch(_logger, _run.ModelType, _run.RunId, _run.ConfigHash, _run.Identifier, epoch.Epoch, value.Total, epoch.TrainLoss, epoch.ValLoss, eta);
        FltsMetrics.EpochLoss.Record(epoch.TrainLoss, new("model_type", _run.ModelType), new("split", "train"));
        if (epoch.ValLoss is { } loss)
            FltsMetrics.EpochLoss.Record(loss, new("model_type", _run.ModelType), new("split", "validation"));
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
                await _runs.RecordAsync(_lease, progress, eta, CancellationToken.None);
            }
            catch (Exception e)
            {
                // Progress is for watching; the history is written again, whole, when the training ends.
                LogNotRecorded(_logger, _run.RunId, e);
            }
        }
    }

    [LoggerMessage(EventName = "train_epoch", Level = LogLevel.Information, Message = "{model_type} run {run_id} epoch {epoch}/{epochs}: train loss {train_loss}, validation loss {val_loss}, {eta_seconds} s to go (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogEpoch(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, int epoch, int epochs, double train_loss, double? val_loss, double? eta_seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Progress of run {run_id} could not be recorded.")]
    private static partial void LogNotRecorded(ILogger logger, RunId run_id, Exception exception);
}
