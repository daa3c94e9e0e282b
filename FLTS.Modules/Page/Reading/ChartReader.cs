using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Hosting;

namespace FLTS.Modules.Page.Reading;

/// <summary>
/// Reads what a station's chart shows at first, as far as that is at hand: whoever opens the page does not wait for files.
/// </summary>
internal sealed class ChartReader(
    IEnumerable<IMeasuredValues> measured, IEnumerable<INextSteps> next, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Steps ahead, and the band, in percent.</summary>
    public const int Steps = 48, Level = 80;

    private const int NewestPoints = 600, WholePoints = 120;

    /// <summary>As long as the rest of the page may be held up where a large file is read for the first time.</summary>
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);

    /// <summary>Null: the chart's script says what is missing, or reads what is not at hand yet.</summary>
    /// <param name="model">Whose chart.</param>
    /// <param name="mayForecast">Whether who asks may ask for forecasts.</param>
    /// <param name="cancellation">Ends with the request.</param>
    public async Task<ChartValues?> OfAsync(StationModel model, bool mayForecast, CancellationToken cancellation)
    {
        if (model is not { Dataset: { } dataset, Targets: [var column, ..] } || measured.FirstOrDefault() is not { } series)
            return null;

        try
        {
            // What is begun goes on when nobody waits for it any more: the script asks for the same in a moment.
            var reading = ReadAsync(series, dataset, column, mayForecast ? model.Identifier : null, lifetime.ApplicationStopping);
            return await reading.WaitAsync(_longestWait, time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or FltsException || DatabaseFaults.IsPassing(e))
        {
            return null;
        }
    }

    private async Task<ChartValues?> ReadAsync(
        IMeasuredValues series, DatasetName dataset, string column, Identifier? identifier, CancellationToken cancellation)
    {
        var ahead = AheadAsync(identifier, column, cancellation);
        var whole = await series.OfAsync(dataset, column, null, WholePoints, cancellation);
        var from = ChartValues.Written(ChartValues.Span(whole, await ahead).From);
        return new ChartValues(whole, await series.OfAsync(dataset, column, from, NewestPoints, cancellation), await ahead);
    }

    private async Task<IReadOnlyList<NextStep>> AheadAsync(Identifier? identifier, string column, CancellationToken cancellation)
    {
        try
        {
            return identifier is { } known && next.FirstOrDefault() is { } steps
                ? await steps.OfAsync(known, column, Steps, Level, cancellation)
                : [];
        }
        catch (FltsException)
        {
            return []; // The script is refused too, and says why.
        }
    }
}
