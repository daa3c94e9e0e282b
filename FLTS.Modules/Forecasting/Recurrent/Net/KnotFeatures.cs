using FLTS.Forecasting.Features;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>What the head of a direct net sees of a knot beside the state: calendar and SEASONAL_MEAN of the target time.</summary>
internal sealed class KnotFeatures
{
    private readonly string[] _calendar;
    private readonly int[] _columns; // Of the calendar, in the inputs.
    private readonly int[] _targets; // [M] Positions in the inputs.
    private readonly double[] _season; // [M]

    /// <param name="inputs">F names; of the calendar those among them.</param>
    /// <param name="targets">M names.</param>
    /// <param name="isSeasonal">Whether there is a SEASONAL_MEAN.</param>
    public KnotFeatures(IReadOnlyList<string> inputs, IReadOnlyList<string> targets, bool isSeasonal)
    {
        _calendar = [.. inputs.Where(CalendarFeatures.IsCalendar)];
        _columns = [.. _calendar.Select(c => inputs.ToList().IndexOf(c))];
        _targets = isSeasonal ? [.. targets.Select(t => inputs.ToList().IndexOf(t))] : [];
        _season = new double[_targets.Length];
    }

    private KnotFeatures(string[] calendar, int[] columns, int[] targets) =>
        (_calendar, _columns, _targets, _season) = (calendar, columns, targets, new double[targets.Length]);

    /// <summary>The same for another caller.</summary>
    public KnotFeatures Again() => new(_calendar, _columns, _targets);

    /// <summary>E.</summary>
    public int Count => _calendar.Length + _targets.Length;

    /// <summary>Writes a knot's; for one caller at a time.</summary>
    /// <param name="norm">Both are encoded as the model's own inputs.</param>
    /// <param name="history">Rows.</param>
    /// <param name="profile">Of them; null: it counts as the mean, as where it has no value.</param>
    /// <param name="origin">Last known row.</param>
    /// <param name="lead">The knot.</param>
    /// <param name="into">[E]</param>
    public void Fill(Normalisation norm, PreparedSeries history, SeasonProfile? profile, int origin, int lead, Span<float> into)
    {
        var time = _calendar.Length == 0 ? default : history.LocalTime(origin, lead);
        for (var c = 0; c < _calendar.Length; c++)
            into[c] = (float)norm.Inputs[_columns[c]].Encode(CalendarFeatures.Value(_calendar[c], time));
        var season = into.Slice(_calendar.Length, _targets.Length);
        if (_targets.Length == 0 || profile?.TryFill(origin, lead, _season) != true)
        {
            season.Clear();
            return;
        }

        for (var m = 0; m < season.Length; m++)
            season[m] = (float)norm.Inputs[_targets[m]].Encode(_season[m]);
    }
}
