using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Views;

/// <summary>One pipeline: its stages, its runs as they learn, its scoreboard.</summary>
internal static class PipelinePage
{
    private const int RefreshAtWork = 2;
    private const string BelowBaseline = "below_baseline"; // In the reason of an attempt.

    public static Html Of(PipelineModel model)
    {
        var pipeline = model.Pipeline;
        var hasEnded = PipelineRules.HasEnded(pipeline.Status);
        var about = new JsonObject
        {
            ["runs"] = new JsonArray([.. pipeline.Runs.Select(AboutRun)]),
            ["at_work"] = !hasEnded,
        };
        return Layout.Page(
            $"Pipeline {pipeline.PipelineId.Value[..Math.Min(8, pipeline.PipelineId.Value.Length)]} of {pipeline.Identifier}",
            "pipelines",
            Html.Of($"""
                {Layout.Part("state", Html.Of($"{State(pipeline, model.Now)}{Runs(pipeline)}"))}
                {Layout.Chart("losses", "Loss by epoch", about.ToJsonString())}
                {Layout.Part("board", model.Board is { } board ? ScoreboardTable.Of(board) : Html.None)}
                {Layout.Part("commands", Commands(pipeline, hasEnded))}
                """),
            hasEnded ? 0 : RefreshAtWork,
            watch: [$"pipeline/{pipeline.PipelineId}", .. pipeline.Runs.Select(r => $"run/{r.RunId}")]);
    }

    private static JsonNode AboutRun(RunSummary run) =>
        new JsonObject { ["run_id"] = run.RunId.Value, ["model_type"] = run.ModelType };

    private static Html State(PipelineView pipeline, DateTimeOffset now) => Html.Of($"""
        <p class="lead">{Status.Badge(Status.Word(pipeline.Status))} {PipelinesPage.Waiting(pipeline)}</p>
        <dl class="facts">
        <div><dt>Identifier</dt><dd>{Shown.Link("stations", pipeline.Identifier.Value)}</dd></div>
        <div><dt>Dataset</dt><dd>{Shown.Link("data", pipeline.Dataset.Value)}</dd></div>
        <div><dt>Started</dt><dd>{Shown.Time(pipeline.CreatedAt)}</dd></div>
        <div><dt>Took</dt><dd>{Shown.Span((pipeline.EndedAt ?? now) - pipeline.CreatedAt)}</dd></div>
        </dl>
        <ol class="stages" aria-label="Stages">{pipeline.Stages.Select(s => Stage(s, now))}</ol>
        {Sentence("Decision", pipeline.Attempt?.Reason)}
        {(pipeline.Attempt?.Reason?.Contains(BelowBaseline, StringComparison.Ordinal) == true
            ? Html.Of($"<p class=\"quiet-text\">{BelowBaseline}: on the test part a simple forecast did no worse than this model.</p>")
            : Html.None)}
        {(pipeline.Status == PipelineStatus.Promoted
            ? Html.Of($"<p><a href=\"/ui/stations/{Uri.EscapeDataString(pipeline.Identifier.Value)}\">See its forecast</a></p>")
            : Html.None)}
        {Sentence(pipeline.Status == PipelineStatus.Cancelled ? "Why" : "Error", pipeline.Error)}
        {(pipeline.Warnings.Count == 0 ? Html.None : Html.Of($"""
        <details><summary>{pipeline.Warnings.Count} {(pipeline.Warnings.Count == 1 ? "remark" : "remarks")} on the data</summary>
        <ul>{pipeline.Warnings.Select(w => Html.Of($"<li>{w}</li>"))}</ul></details>
        """))}
        """);

    private static Html Sentence(string title, string? text) =>
        text is null ? Html.None : Html.Of($"""<p class="sentence"><strong>{title}.</strong> <bdi>{text}</bdi></p>""");

    private static Html Stage(StageView stage, DateTimeOffset now) => Html.Of($"""
        <li class="{stage.Status}"><span class="stage-name">{stage.Name}</span> {Status.Badge(stage.Status)}
        <span class="quiet-text">{(stage.StartedAt is { } began ? Shown.Span((stage.EndedAt ?? now) - began) : "")}</span></li>
        """);

    private static Html Runs(PipelineView pipeline) => Html.Of($"""
        <h2>Runs</h2>
        <form method="get" action="/ui/compare">
        <div class="scroll" tabindex="0"><table class="list">
        <thead><tr><th><span class="hidden">Compare</span></th>
        <th>Model</th><th>Run</th><th>Status</th><th>Epoch</th><th class="number">Training loss</th>
        <th class="number">Validation loss</th><th>Left</th></tr></thead>
        <tbody>{pipeline.Runs.Select(Run)}</tbody></table></div>
        {(pipeline.Runs.Count(r => r.Status == RunStatus.Succeeded) > 1 ? PipelinesPage.CompareButton : Html.None)}
        </form>
        {pipeline.Runs.Select(r => Html.Of($"""
        <details data-run="{r.RunId.Value}"><summary>Parameters of {r.ModelType}</summary></details>
        """))}
        """);

    private static Html Run(RunSummary run) => Html.Of($"""
        <tr><td>{PipelinesPage.Choice("run", run.RunId.Value, run.Status == RunStatus.Succeeded)}</td>
        <th scope="row">{run.ModelType}</th><td>{Shown.Run(run.RunId)}</td>
        <td>{Status.Badge(Status.Word(run.Status))} {(run.Error is { } error
            ? Html.Of($"<bdi class=\"waiting\">{Shown.Sentence(error)}</bdi>")
            : Html.None)}</td>
        <td>{Epochs(run)}</td>
        <td class="number">{Shown.Number(run.TrainLoss)}</td><td class="number">{Shown.Number(run.ValLoss)}</td>
        <td>{(run.EtaSeconds is { } eta ? Shown.Span(TimeSpan.FromSeconds(eta)) : "")}</td></tr>
        """);

    private static Html Epochs(RunSummary run) => (run.Epoch, run.Epochs) switch
    {
        ({ } epoch, { } epochs) => Html.Of($"""
            <progress max="{epochs}" value="{epoch}" aria-label="Epochs of {run.ModelType}"></progress> {epoch} of {epochs}
            """),
        ({ } epoch, null) => Html.Of($"{epoch.ToString(CultureInfo.InvariantCulture)}"),
        _ => Html.None,
    };

    private static Html Commands(PipelineView pipeline, bool hasEnded) => Html.Of($"""
        <h2>Commands</h2><div class="commands">
        {(hasEnded
            ? new CommandForm(
                $"/pipelines/{pipeline.PipelineId.Value}/rerun",
                "Run again",
                "Runs this pipeline again from a stage on, as if it were started now.")
            {
                Allowed = ($"/pipelines/{pipeline.PipelineId}", "rerun"),
                More = Html.Of($"""
                    <label>From <select name="stage">
                    <option>preprocess</option><option selected>train</option><option>evaluate</option></select></label>
                    """),
            }.Show()
            : new CommandForm(
                $"/pipelines/{pipeline.PipelineId.Value}/cancel",
                "Cancel",
                "Ends this pipeline and its unfinished runs, except those that another pipeline still needs.")
            {
                Allowed = ($"/pipelines/{pipeline.PipelineId}", "cancel"),
            }.Show())}
        </div>
        """);
}
