using MassTransit;

namespace FLTS.Host.Hosting;

/// <summary>Starts the bus when the gate opens and stops it with the process.</summary>
internal sealed partial class BusStarter(IBusControl bus, IStartupGate gate, ILogger<BusStarter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.OpenedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await bus.StartAsync(stoppingToken);
                break;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotStarted(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(2), stoppingToken);
            }
        }

        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await bus.StopAsync(limit.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not start; it is tried again.")]
    private static partial void LogNotStarted(ILogger logger, Exception exception);
}
