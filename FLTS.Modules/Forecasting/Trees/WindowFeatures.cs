using FLTS.Forecasting.Features;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// What trees see of a window of <c>input_len</c> rows: of every column but the calendar its last value, the values before it and the mean,
/// minimum, maximum of its newest rows relative to that, and their standard deviation; of the calendar its value at the step that is
/// forecast; and which step that is.
/// </summary>
/// <remarks>
/// Trees cut one feature at a time: differences they would otherwise have to approximate by staircases are given to them. Means are taken
/// of differences to the last value, not of values: on a plateau they are 0, where the others were rounding that trees cut by. Trees of
/// before were grown on those and are asked about those; the features' names tell them apart.
/// </remarks>
internal sealed class WindowFeatures
{
    private readonly IReadOnlyList<string> _inputs;
    private readonly int[] _columns, _calendar, _spans;
    private readonly int _length, _width;
    private readonly bool _ofBefore;

    /// <param name="inputs">F input columns in order.</param>
    /// <param name="inputLength">Rows of a window.</param>
    public WindowFeatures(IReadOnlyList<string> inputs, int inputLength)
        : this(inputs, inputLength, ofBefore: false)
    {
    }

    private WindowFeatures(IReadOnlyList<string> inputs, int inputLength, bool ofBefore)
    {
        (_inputs, _length, _width, _ofBefore) = (inputs, inputLength, inputs.Count, ofBefore);
        _columns = [.. Enumerable.Range(0, inputs.Count).Where(f => !CalendarFeatures.IsCalendar(inputs[f]))];
        _calendar = [.. Enumerable.Range(0, inputs.Count).Where(f => CalendarFeatures.IsCalendar(inputs[f]))];
        _spans = [.. new[] { inputLength / 4, inputLength / 2, inputLength }.Where(w => w >= 2).Distinct()];
        var names = new List<string>();
        foreach (var f in _columns)
        {
            names.Add(inputs[f]);
            for (var back = 1; back < inputLength; back++)
                names.Add($"{inputs[f]}[-{back}]");
            var change = ofBefore ? inputs[f] : $"{inputs[f]}-last";
            foreach (var w in _spans)
            {
                names.AddRange(
                    [$"mean({change},{w})", $"min({inputs[f]},{w})", $"max({inputs[f]},{w})", $"sd({change},{w})"]);
            }
        }

        WindowWidth = names.Count;
        names.AddRange(_calendar.Select(f => inputs[f]));
        names.Add("#step");
        Names = names;
    }

    /// <summary>
    /// In their order; stored with the trees, so that trees are never asked about other features than they were grown on.
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many depend on the window alone; they come first.</summary>
    public int WindowWidth { get; }

    /// <summary>As models of before have them.</summary>
    /// <inheritdoc cref="WindowFeatures(IReadOnlyList{string}, int)"/>
    public static WindowFeatures OfBefore(IReadOnlyList<string> inputs, int inputLength) => new(inputs, inputLength, ofBefore: true);

    /// <summary>Writes what depends on the step that is forecast; the rest stays.</summary>
    /// <param name="step">1 is the row after the window.</param>
    /// <param name="time">Of that step.</param>
    /// <param name="into">[<see cref="Names"/>]</param>
    public void FillStep(int step, DateTime time, Span<float> into)
    {
        for (var i = 0; i < _calendar.Length; i++)
            into[Names.Count - 1 - _calendar.Length + i] = (float)CalendarFeatures.Value(_inputs[_calendar[i]], time);
        into[^1] = step;
    }

    /// <summary>Writes what depends on the window.</summary>
    /// <param name="rows">[input_len, F] Oldest first, on the series' scale.</param>
    /// <param name="into">[<see cref="WindowWidth"/> or more]</param>
    public void FillWindow(ReadOnlySpan<double> rows, Span<float> into)
    {
        var at = 0;
        foreach (var f in _columns)
        {
            var last = rows[((_length - 1) * _width) + f];
            into[at++] = (float)last;
            for (var back = 1; back < _length; back++)
                into[at++] = (float)(rows[((_length - 1 - back) * _width) + f] - last);
            var origin = _ofBefore ? 0 : last;
            foreach (var w in _spans)
            {
                var (sum, min, max) = (0.0, double.MaxValue, double.MinValue);
                for (var t = _length - w; t < _length; t++)
                {
                    var value = rows[(t * _width) + f];
                    sum += value - origin;
                    min = Math.Min(min, value);
                    max = Math.Max(max, value);
                }

                var (mean, squares) = (sum / w, 0.0);
                for (var t = _length - w; t < _length; t++)
                {
                    var difference = rows[(t * _width) + f] - origin - mean;
                    squares += difference * difference;
                }

                into[at++] = (float)(_ofBefore ? mean - last : mean);
                into[at++] = (float)(min - last);
                into[at++] = (float)(max - last);
                into[at++] = (float)Math.Sqrt(squares / w);
            }
        }
    }
}
