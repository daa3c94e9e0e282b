using System.Collections;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>Windows of one series: its rows are read once for all of them.</summary>
public sealed class SeriesWindows : IReadOnlyList<Window>
{
    private readonly int[] _origins;

    private SeriesWindows(PreparedSeries series, int[] origins, IReadOnlyList<ComingHoliday>? holidays) =>
        (Series, _origins, Holidays) = (series, origins, holidays);

    /// <summary>On the model's scale.</summary>
    public PreparedSeries Series { get; }

    /// <summary>[N] Last known row of each window.</summary>
    public ReadOnlySpan<int> Origins => _origins;

    /// <summary>Of every window, as <see cref="Window.Holidays"/>.</summary>
    public IReadOnlyList<ComingHoliday>? Holidays { get; }

    /// <summary>N.</summary>
    public int Count => _origins.Length;

    /// <summary>One window.</summary>
    public Window this[int index] => new(Series, _origins[index], Holidays);

    /// <summary>Windows of one series, on whose coming days no holidays fall but those that the model knows.</summary>
    /// <param name="series">On the model's scale; not copied.</param>
    /// <param name="origins">[N] Last known rows.</param>
    public static SeriesWindows Of(PreparedSeries series, ReadOnlySpan<int> origins) => new(series, origins.ToArray(), []);

    /// <summary>Windows of one series.</summary>
    /// <param name="series">On the model's scale; not copied.</param>
    /// <param name="origins">[N] Last known rows.</param>
    /// <param name="holidays">As <see cref="Window.Holidays"/>.</param>
    public static SeriesWindows Of(PreparedSeries series, ReadOnlySpan<int> origins, IReadOnlyList<ComingHoliday>? holidays) =>
        new(series, origins.ToArray(), holidays);

    public IEnumerator<Window> GetEnumerator()
    {
        for (var n = 0; n < Count; n++)
            yield return this[n];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
