using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Windows;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Forecasts from the newest rows, for the page.</summary>
internal sealed class NextSteps(PredictService service, ModelRefresher refresher) : INextSteps
{
    public async Task<IReadOnlyList<NextStep>> OfAsync(
        Identifier identifier, string column, int steps, double level, CancellationToken cancellation)
    {
        using var request = PredictRequest.Newest(identifier, steps, [level]);
        await refresher.CatchUpAsync(cancellation);
        var forecast = await service.PredictAsync(request, null, new Asker("page"), cancellation);
        var place = forecast.Targets.ToList().IndexOf(column);
        if (place < 0)
            return [];

        var band = forecast.Intervals[0];
        return
        [
            .. Enumerable.Range(0, forecast.Steps).Select(h => new NextStep(
                forecast.Step.Local(forecast.At(h)),
                forecast.Values[0, h, place],
                Known(band.Low[h, place]),
                Known(band.High[h, place]))),
        ];

        static double? Known(double bound) => double.IsNaN(bound) ? null : bound;
    }
}
