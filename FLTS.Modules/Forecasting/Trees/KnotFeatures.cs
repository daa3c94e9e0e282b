using FLTS.Forecasting.Features;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// What trees of <c>lead_mode: direct</c> see: of a knot the calendar at the time that is forecast and what targets usually are there
/// (SEASONAL_MEAN, relative to their last value); of the window what <see cref="WindowFeatures"/> makes of it.
/// </summary>
internal sealed class KnotFeatures
{
    private readonly WindowFeatures _windows;
    private readonly string[] _calendar;
    private readonly int[] _targets; // [M] Among the inputs.

    /// <param name="inputs">F input columns in order.</param>
    /// <param name="inputLength">Rows of a window.</param>
    /// <param name="targets">M target columns in order.</param>
    /// <param name="seasonal">Whether SEASONAL_MEAN is known.</param>
    public KnotFeatures(IReadOnlyList<string> inputs, int inputLength, IReadOnlyList<string> targets, bool seasonal)
    {
        _windows = new WindowFeatures(inputs, inputLength);
        _calendar = [.. inputs.Where(CalendarFeatures.IsCalendar)];
        _targets = seasonal ? [.. targets.Select(name => inputs.ToList().IndexOf(name))] : [];
        KnotWidth = _calendar.Length + _targets.Length;
        Names =
        [
            .. _calendar,
            .. _targets.Select(t => $"seasonal_mean({inputs[t]})-last"),
            .. _windows.Names.Take(_windows.WindowWidth),
        ];
    }

    /// <summary>Those of the knot, then those of the window; stored with the trees.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many are of the knot.</summary>
    public int KnotWidth { get; }

    /// <summary>How many are of the window.</summary>
    public int WindowWidth => _windows.WindowWidth;

    /// <summary>Whether SEASONAL_MEAN is among them.</summary>
    public bool IsSeasonal => _targets.Length > 0;

    /// <param name="time">That is forecast.</param>
    /// <param name="seasonal">[M] SEASONAL_MEAN there; not looked at where it is not known.</param>
    /// <param name="last">[F] The window's last row.</param>
    /// <param name="into">[<see cref="KnotWidth"/>]</param>
    public void FillKnot(DateTime time, ReadOnlySpan<double> seasonal, ReadOnlySpan<double> last, Span<float> into)
    {
        for (var i = 0; i < _calendar.Length; i++)
            into[i] = (float)CalendarFeatures.Value(_calendar[i], time);
        for (var m = 0; m < _targets.Length; m++)
            into[_calendar.Length + m] = (float)(seasonal[m] - last[_targets[m]]);
    }

    /// <param name="rows">[input_len, F] Oldest first, on the series' scale.</param>
    /// <param name="into">[<see cref="WindowWidth"/>]</param>
    public void FillWindow(ReadOnlySpan<double> rows, Span<float> into) => _windows.FillWindow(rows, into);
}
