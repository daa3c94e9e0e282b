using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>A model that can answer, be saved and be loaded. Safe to call from several threads at once.</summary>
public interface IFittedForecaster : IDisposable
{
    /// <summary>What it needs and gives.</summary>
    ModelSignature Signature { get; }

    /// <summary>Forecasts from many origins in one call.</summary>
    /// <param name="history">Rows up to and beyond the origins; columns as <see cref="ModelSignature.Inputs"/>, found by name.</param>
    /// <param name="origins">[N] Last known row of each forecast; the <see cref="ModelSignature.InputLength"/> rows that end there lie in one segment. Of rows after it only columns known ahead are looked at (<see cref="ModelSignature.KnownAhead"/>); where the segment ends, their last value is held.</param>
    /// <param name="steps">H, at least 1. Beyond the model's own horizon it is fed its own forecasts, with the calendar of the coming steps.</param>
    /// <returns>[N, H, M] on the scale of <paramref name="history"/>.</returns>
    double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps);

    /// <summary>The same with what is known of the coming days beyond the rows.</summary>
    /// <param name="history">As without holidays.</param>
    /// <param name="origins">[N]</param>
    /// <param name="steps">H</param>
    /// <param name="holidays">All that fall on the coming days; null: nobody said.</param>
    /// <returns>[N, H, M]</returns>
    /// <exception cref="InvalidInputException">The model does not know such a holiday, or needs to be told of them.</exception>
    double[,,] Forecast(PreparedSeries history, ReadOnlySpan<int> origins, int steps, IReadOnlyList<ComingHoliday>? holidays) =>
        holidays is null or []
            ? Forecast(history, origins, steps)
            : throw new InvalidInputException($"{Signature.ModelType} knows no holidays; leave 'holidays' out.");

    /// <summary>The model as files, for example <c>weights.safetensors</c> or <c>model.json</c>. Nothing executable.</summary>
    IReadOnlyDictionary<string, byte[]> Save();
}
