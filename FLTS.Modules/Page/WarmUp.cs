using FLTS.Modules.Page.Reading;
using FLTS.Modules.Page.Settings;
using FLTS.Modules.Page.Views;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Page;

/// <summary>
/// Makes once, soon after a start, what is opened first: the list of stations and the page of the one at its head. So the first person
/// waits neither for code to be compiled nor for a large file to be read.
/// </summary>
internal sealed partial class WarmUp(
    IStartupGate gate, StationPages stations, ChartReader charts, PageOptions options, TimeProvider time, ILogger<WarmUp> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.WarmUpSeconds == 0)
            return;

        try
        {
            await gate.OpenedAsync(stoppingToken);
            await Task.Delay(TimeSpan.FromSeconds(options.WarmUpSeconds), time, stoppingToken);
            await MakeAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nobody has asked for it.
            WarmUpFailed(logger, e);
        }
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        var all = await stations.AllAsync(null, 1, time.GetUtcNow(), cancellation);
        _ = StationsPage.Of(all).ToString();
        if (all.Lines is [{ Station.Identifier: var first }, ..])
            await OpenAsync(first, cancellation);
        PageWarm(logger, all.Known);
    }

    private async Task OpenAsync(Identifier first, CancellationToken cancellation)
    {
        var model = await stations.OfAsync(first, time.GetUtcNow(), cancellation);
        _ = StationPage.Of(model with { Chart = await charts.OfAsync(model, mayForecast: true, cancellation) }).ToString();
    }

    [LoggerMessage(
        EventName = "page_warm", Level = LogLevel.Information, Message = "The list of {stations} stations and the first of them are warm")]
    private static partial void PageWarm(ILogger logger, int stations);

    [LoggerMessage(
        EventName = "page_not_warm", Level = LogLevel.Information, Message = "The first page will take longer than others")]
    private static partial void WarmUpFailed(ILogger logger, Exception exception);
}
