using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;

namespace FLTS.Modules.Page.Drawing;

/// <summary>
/// The chart of a station as it comes with the page, before any script runs: the same span, axes, lines and colours in the same place,
/// until the chart library clears the place and draws. Whoever has no scripts keeps it.
/// </summary>
internal static class FirstPicture
{
    private const int LongestUnit = 40, MostRules = 20, MostNarrow = 7;

    /// <summary>What the chart library leaves below and above the line in its overview.</summary>
    private const double Room = 0.3;

    /// <summary>Nothing where nothing is known, or what is known cannot be drawn.</summary>
    public static Html Of(ChartValues? chart)
    {
        if (chart is null)
            return Html.None;

        var measured = ChartValues.Points(chart.Newest);
        var (from, end) = ChartValues.Span(chart.Whole, chart.Ahead);
        var ahead = chart.Ahead.Where(s => s.At >= from).ToList();
        var (low, high) = Bounds(
            [.. measured.Select(p => p.Value), .. ahead.SelectMany(s => new[] { s.Value, s.Low, s.High })]);
        if (from >= end || !double.IsFinite(high - low))
            return Html.None;

        var axis = ValueAxis.Over(low, high);
        if (axis.Count is < 1 or > MostRules) // Between numbers that a double hardly tells apart nothing is round.
            return Html.None;
        var plane = new Plane(from, end, axis.Low, axis.High);
        return Html.Of($"""
            <div class="first">
            <p class="keys">{Key("measured", "Measured")}{Key("forecast", "Forecast")}{Key("band", "80 % band")}</p>
            <p class="rises">{axis.Ticks.Reverse().Select(v => Html.Of($"<span>{ValueAxis.Show(v, Unit(chart.Unit))}</span>"))}</p>
            <svg class="area">
            {Enumerable.Range(0, axis.Count + 1).Select(i => Rule(Plane.Percent((double)i / axis.Count)))}
            <svg viewBox="0 0 {Plane.Width} {Plane.Height}" preserveAspectRatio="none">
            <path class="band" d="{plane.Area(ahead.Select(s => (s.At, s.Low, s.High)))}"/>
            <path class="measured" d="{plane.Line(measured)}"/>
            <path class="forecast" d="{plane.Line(ahead.Select(s => (s.At, (double?)s.Value)))}"/>
            </svg>
            <svg x="{plane.Across(chart.Last)}"><line class="newest" y2="100%"/>
            <text transform="rotate(-90)" x="-5" y="-5">newest row</text></svg>
            <svg y="100%">{Times(plane)}{Overview(chart, from, end)}</svg>
            </svg>
            </div>
            """);
    }

    /// <summary>Browsers tell when the first of them was on the screen.</summary>
    private static Html Key(string name, string text) => Html.Of($"""
        <span elementtiming="first-{name}"><svg width="26" height="8">{(name == "band"
            ? Html.Of($"<rect class=\"band\" width=\"26\" height=\"8\" rx=\"2\"/>")
            : Html.Of($"<path class=\"{name}\" d=\"M0 4H26\"/><circle class=\"{name}\" cx=\"13\" cy=\"4\" r=\"3\"/>"))}</svg>{text}</span>
        """);

    private static Html Rule(string at) => Html.Of($"<line class=\"rule\" x2=\"100%\" y1=\"{at}\" y2=\"{at}\"/>");

    /// <summary>Where there is too little room for all, every other one is left out, and never the days.</summary>
    private static IEnumerable<Html> Times(Plane plane)
    {
        var ticks = TimeAxis.Ticks(plane.From, plane.To).ToList();
        var left = ticks.Count > MostNarrow ? 1 - (Math.Max(0, ticks.FindIndex(t => t.TimeOfDay == TimeSpan.Zero)) % 2) : -1;
        return ticks.Select((t, i) => Html.Of($"""
            <text{(i % 2 == left ? Html.Of($" class=\"wide\"") : Html.None)} x="{plane.Across(t)}" y="17">{TimeAxis.Show(t)}</text>
            """));
    }

    /// <summary>Below it all there is of the column, and what of it is seen.</summary>
    private static Html Overview(ChartValues chart, DateTime from, DateTime end)
    {
        var points = ChartValues.Points(chart.Whole);
        var (low, high) = Bounds([.. points.Select(p => p.Value)]);
        var room = low == high ? 1 : Room * (high - low);
        if (!double.IsFinite(high - low + room))
            return Html.None;

        var whole = new Plane(chart.First, end, low - room, high + room);
        var below = points.Select(p => (p.At, (double?)whole.Low, p.Value));
        return Html.Of($"""
            <svg class="overview" y="31" height="22">
            <svg viewBox="0 0 {Plane.Width} {Plane.Height}" preserveAspectRatio="none">
            <path class="shade" d="{whole.Area(below)}"/></svg>
            <rect class="frame" width="100%" height="22"/>
            <svg x="{whole.Across(from)}"><rect class="seen" width="{Plane.Percent((end - from) / (end - whole.From))}" height="22"/></svg>
            </svg>
            """);
    }

    private static string? Unit(string? unit) => unit?.Length > LongestUnit ? $"{unit[..(LongestUnit - 1)]}…" : unit;

    /// <summary>Of what is there; 0 to 1 where nothing is.</summary>
    private static (double Low, double High) Bounds(IReadOnlyCollection<double?> values) =>
        values.Min() is { } low && values.Max() is { } high ? (low, high) : (0, 1);
}
