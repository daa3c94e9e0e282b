using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Views;

/// <summary>Pipelines, newest first.</summary>
internal static class PipelinesPage
{
    private const int RefreshSeconds = 4;

    public static Html Of(PipelinesModel model) => Layout.Page(
        "Pipelines",
        "pipelines",
        Html.Of($"""
            {(IsOfAll(model) ? Html.None : Html.Of($"<p>Not all are shown. <a href=\"/ui/pipelines\">Show all</a></p>"))}
            {Search(model)}
            {Layout.Part("pipelines", List(model))}
            <output id="bulk" role="status"></output>
            """),
        RefreshSeconds,
        watch: ["pipeline/*"]);

    /// <summary>Of a form whose choices are compared.</summary>
    public static Html CompareButton { get; } =
        Html.Of($"""<p class="buttons"><button class="quiet">Compare the two to six that are chosen</button></p>""");

    /// <summary>Something to be compared, where it can be.</summary>
    public static Html Choice(string kind, string id, bool isScored) => isScored
        ? Html.Of($"""<input type="checkbox" name="{kind}" value="{id}" aria-label="Compare {kind} {id}">""")
        : Html.None;

    /// <summary>A line a pipeline.</summary>
    /// <param name="pipelines">In their order.</param>
    /// <param name="now">The time.</param>
    /// <param name="isBulk">Those that are chosen can be cancelled and run again together.</param>
    public static Html Table(IReadOnlyList<PipelineView> pipelines, DateTimeOffset now, bool isBulk = false) => Html.Of($"""
        <form method="get" action="/ui/compare">
        <div class="scroll" tabindex="0"><table class="list">
        <thead><tr><th><span class="hidden">Compare</span></th>
        <th>Pipeline</th><th>Identifier</th><th>Status</th><th>Runs</th><th>Started</th><th>Took</th></tr></thead>
        <tbody>{pipelines.Select(p => Line(p, now, isBulk))}</tbody></table></div>
        {(pipelines.Count > 1 ? CompareButton : Html.None)}
        {(isBulk ? Bulk : Html.None)}
        </form>
        """);

    /// <summary>Commands for all that are chosen.</summary>
    private static Html Bulk { get; } = Html.Of($"""
        <p class="buttons"><button type="button" class="quiet" data-bulk="cancel">Cancel the chosen</button>
        <button type="button" class="quiet" data-bulk="rerun">Run the chosen again</button></p>
        """);

    /// <summary>What it does or waits for, in words.</summary>
    public static Html Waiting(PipelineView pipeline) => pipeline.WaitingFor is { } waiting
        ? Html.Of($"""
            <span class="waiting">Waiting for {Shown.Sentence(waiting.Reason)}{(waiting.NextTry is null
                ? Html.None
                : Html.Of($"; tried again {Shown.Time(waiting.NextTry)}"))}</span>
            """)
        : Html.None;

    private static Html Empty() => Html.Of($"""
        <div class="empty"><h2>No pipeline was started yet</h2>
        <p><a class="button" href="/ui/data">Bring data and start one</a></p></div>
        """);

    private static bool IsOfAll(PipelinesModel model) => model is { Identifier: null, Status: null };

    private static Html List(PipelinesModel model) => model.Items.Count == 0
        ? IsOfAll(model) ? Empty() : Html.Of($"<p>None: the identifier has to be the whole one.</p>")
        : Html.Of($"{Table(model.Items, model.Now, isBulk: true)}{Next(model)}");

    private static Html Search(PipelinesModel model) => Html.Of($"""
        <form class="search" method="get" action="/ui/pipelines" role="search">
        <label class="hidden" for="identifier">Identifier</label>
        <input id="identifier" name="identifier" type="search" value="{model.Identifier?.Value}" placeholder="Identifier, whole"
            autocomplete="off">
        <select name="status" aria-label="Status"><option value="">any status</option>
        {SnakeCase.All<PipelineStatus>().Select(word => Html.Of($"""
        <option value="{word}"{(word == Word(model.Status) ? " selected" : "")}>{Shown.Words(word)}</option>
        """))}</select>
        <button class="quiet">Show only these</button>
        </form>
        """);

    private static Html Shows(PipelinesModel model) =>
        Html.Of($"status={Word(model.Status)}&amp;identifier={Uri.EscapeDataString(model.Identifier?.Value ?? "")}");

    private static string Word(PipelineStatus? status) =>
        status is { } one ? SnakeCase.Of(one) : "";

    private static Html Line(PipelineView pipeline, DateTimeOffset now, bool isBulk) => Html.Of($"""
        <tr>
        <td>{Choice("pipeline", pipeline.PipelineId.Value, isBulk || pipeline.Attempt is not null)}</td>
        <th scope="row"><a href="/ui/pipelines/{pipeline.PipelineId.Value}">{Shown.Id(pipeline.PipelineId.Value)}</a></th>
        <td>{Shown.Link("stations", pipeline.Identifier.Value)}</td>
        <td>{Status.Badge(Status.Word(pipeline.Status))} {Waiting(pipeline)}</td>
        <td>{string.Join(", ", pipeline.Runs.Select(r => r.ModelType))}</td>
        <td>{Shown.Age(pipeline.CreatedAt, now)}</td>
        <td>{Shown.Span((pipeline.EndedAt ?? now) - pipeline.CreatedAt)}</td>
        </tr>
        """);

    private static Html Next(PipelinesModel model) => model.Next is null
        ? Html.None
        : Html.Of($"""
            <nav class="pages" aria-label="Pages of pipelines">
            <a href="/ui/pipelines?{Shows(model)}&amp;cursor={Uri.EscapeDataString(model.Next)}">Older</a></nav>
            """);
}
