using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Views;

/// <summary>Every identifier with its champion and how that does.</summary>
internal static class StationsPage
{
    private const int RefreshSeconds = 10;

    /// <summary>Share of the truths that a band of 80 percent is to hold, and how far off is not yet shown as bad.</summary>
    private const double Promised = 0.8, Tolerated = 0.15;

    public static Html Of(StationsModel model) => Layout.Page(
        "Stations",
        "stations",
        model.Known == 0 ? Layout.Part("empty", Empty()) : Html.Of($"{Search(model)}{List(model)}"),
        RefreshSeconds,
        watch: ["pipeline/*", "champion/*", "live/*", "drift/*"]);

    private static Html Empty() => Html.Of($"""
        <div class="empty">
        <h2>Nothing is forecast yet</h2>
        <p>FLTS learns from what a station measured, such as its traffic, forecasts what comes next, and says how right its forecasts
        were. Of each station the best model so far, its champion, is in force.</p>
        <p>Bring measurements: a CSV with a column of times and columns of numbers. FLTS looks at it first and says how it would
        read it.</p>
        <p><a class="button" href="/ui/data">Drop a CSV here</a></p>
        <p class="quiet-text">Only looking around? Demo data of a base station, 28 days of it, can be stored as the dataset
        <code>demo</code> and forecast: that takes a minute or two. (On an empty data folder <code>./flts run</code> does so by itself.)</p>
        <p><button type="button" id="demo">Start the demo</button></p>
        <output role="status"></output>
        </div>
        """);

    private static Html Search(StationsModel model) => Html.Of($"""
        <form class="search" method="get" action="/ui/stations" role="search">
        <label class="hidden" for="q">Part of an identifier</label>
        <input id="q" name="q" type="search" value="{model.Search}" placeholder="Search" autocomplete="off">
        <button class="quiet">Search</button>
        </form>
        """);

    private static Html List(StationsModel model) => Layout.Part("stations", Html.Of($"""
        <p class="quiet-text">{Count(model)}</p>
        <div class="scroll" tabindex="0"><table class="list">
        <thead><tr><th>Identifier</th><th>Champion</th><th>Noticed</th><th class="number">Live error</th><th class="number">In the 80 %</th>
        <th class="number">Score</th><th class="number">Best reference</th><th class="number">Better by</th><th>Newest row</th>
        <th>Last pipeline</th></tr></thead>
        <tbody>{model.Lines.Select(l => Line(l, model.Now))}</tbody>
        </table></div>
        {Pages(model)}
        <p class="quiet-text">Live error: the champion's mean absolute error one step ahead over that of EWMA, a moving average, in the
        newest 24 hours of data; below 1 is better. In the 80 %: the share of what came that lay inside its 80 % band. Noticed: drift, late
        feeds and the like in the last 7 days. Scores are on the test part of the data the champion was trained on; lower is better, and
        "better by" is how much lower than the best reference's, a simple forecast such as the last value; below zero the simple forecast
        is the better one. The worst first: without a champion, then noticed in the newest day, then by the live error, else by the score
        over the best reference's. Newest row: by its own time, which counts as UTC where it has no zone, once
        rows have come since the champion is in force; and when it was stored here.</p>
        """));

    private static string Count(StationsModel model) => model.Found == model.Known
        ? $"{model.Known} {(model.Known == 1 ? "station" : "stations, the worst first")}."
        : $"{model.Found} of {model.Known} stations have '{model.Search}' in their identifier.";

    private static Html Line(StationLine line, DateTimeOffset now)
    {
        var (station, score, health) = line;
        return Html.Of($"""
            <tr>
            <th scope="row">{Shown.Link("stations", station.Identifier.Value)}</th>
            <td>{(station.InForce is { } champion
                ? Html.Of($"{champion.ModelType} <span class=\"quiet-text\">v{champion.Version}</span>")
                : Html.Of($"none yet"))}</td>
            <td>{Alarms(health?.Alarms, now)}</td>
            <td class="number">{LiveError(health?.Ratio)}</td>
            <td class="number">{Coverage(health?.Coverage)}</td>
            <td class="number">{Shown.Number(score?.Score)}</td>
            <td class="number">{Reference(score)}</td>
            <td class="number">{Shown.Percent(score?.Better)}</td>
            <td>{Newest(health, station.DataCameAt, now)}</td>
            <td>{Pipeline(station.NewestPipeline, station.Status)}</td>
            </tr>
            """);
    }

    private static Html Newest(StationHealth? health, DateTimeOffset? cameAt, DateTimeOffset now)
    {
        var came = (health?.KnownAt ?? cameAt) is { } at
            ? Html.Of($"<span class=\"quiet-text\">stored {Shown.Age(at, now)}</span>")
            : Shown.Number(null);
        return health?.NewestRow is { } newest ? Html.Of($"{Shown.Age(newest, now)} {came}") : came;
    }

    /// <summary>What was noticed last, and how often anything was.</summary>
    public static Html Alarms(StationAlarms? alarms, DateTimeOffset now) => alarms is null
        ? Html.Of($"<span class=\"none\">nothing</span>")
        : Html.Of($"""
            {Status.Badge(Status.Word(alarms.Newest), "bad")} <span class="quiet-text">{Shown.Age(alarms.At, now)}{(alarms.Count > 1
                ? $", {alarms.Count} in 7 days"
                : "")}</span>
            """);

    /// <summary>The champion's error over EWMA's.</summary>
    public static Html LiveError(double? ratio) => ratio is null
        ? Shown.Number(null)
        : Html.Of($"""<span class="{(ratio <= 1 ? "good" : "bad")}">{Shown.Number(ratio)}</span>""");

    /// <summary>Far from what the band promises is told by colour.</summary>
    public static Html Coverage(double? coverage) => coverage is { } share && Math.Abs(share - Promised) > Tolerated
        ? Html.Of($"""<span class="bad">{Shown.Share(coverage)}</span>""")
        : Shown.Share(coverage);

    private static Html Reference(StationScore? score) => score?.ReferenceType is { } type
        ? Html.Of($"{Shown.Number(score.Reference)} <span class=\"quiet-text\">{type}</span>")
        : Shown.Number(null);

    private static Html Pipeline(PipelineId? id, PipelineStatus? status) => id is null
        ? Shown.Number(null)
        : Html.Of($"""
            <a href="/ui/pipelines/{id.Value.Value}">{Status.Badge(
                PipelineRules.HasEnded(status!.Value) ? Status.Word(status.Value) : "at work")}</a>
            """);

    private static Html Pages(StationsModel model)
    {
        if (model.LastPage == 1)
            return Html.None;

        return Html.Of($"""
            <nav class="pages" aria-label="Pages of stations">{Link(model.Page - 1, "Before")}
            <span>Page {model.Page} of {model.LastPage}</span>{Link(model.Page + 1, "Next")}</nav>
            """);

        Html Link(int page, string text) => page < 1 || page > model.LastPage
            ? Html.None
            : Html.Of($"<a href=\"/ui/stations?page={page}&amp;q={Uri.EscapeDataString(model.Search ?? "")}\">{text}</a>");
    }
}
