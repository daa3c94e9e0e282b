using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Views;

/// <summary>
/// Of a station, what came of its forecasts since they were promoted: live errors, the forecast as it stood then, what was noticed, and the
/// run that stands beside the champion.
/// </summary>
internal static class WatchParts
{
    public static Html Of(StationModel model, ChampionView champion)
    {
        var about = StationPage.About(model, champion);
        return Html.Of($"""
            <h2>Since it is in force</h2>
            <div class="charts">
            {Layout.Chart("live", "What was forecast, beside what came", about, Html.Of($"""
            <span class="controls"><label>Show <select name="measure">
            <option value="mae">mean absolute error</option><option value="ratio">error over EWMA's</option>
            <option value="coverage_80">share in the 80 % band</option></select></label>
            <label>Steps ahead <select name="lead"></select></label></span>
            """))}
            {Layout.Chart("then", "The forecast as it stood then, and what came", about, Html.Of($"""
            <span class="controls"><label>Column <select name="column"></select></label>
            <label>Up to <input name="at" type="range" min="0" max="0" value="0"> <output class="inline"></output></label></span>
            """))}
            </div>
            {Layout.Part("drift", Drift(model.Watch.Events))}
            {Layout.Part("shadow", Shadow(model, champion))}
            """);
    }

    private static Html Drift(IReadOnlyList<DriftEventView> events) => events.Count == 0 ? Html.Of($"""
        <h2>Noticed</h2><p class="quiet-text">Nothing yet: no drift, no late feed, no version before that does better.</p>
        """) : Html.Of($"""
        <h2>Noticed</h2>
        <div class="scroll" tabindex="0"><table class="list">
        <thead><tr><th>What</th><th>When</th><th>Why</th><th>Done about it</th></tr></thead>
        <tbody>{events.Select(Line)}</tbody></table></div>
        """);

    private static Html Line(DriftEventView line) => Html.Of($"""
        <tr><th scope="row">{Status.Badge(Status.Word(line.Kind), line.Kind == DriftKind.Rows ? "quiet" : "bad")}</th>
        <td>{Shown.Time(line.NoticedAt)}</td><td><bdi>{line.Reason}</bdi></td><td>{Done(line)}</td></tr>
        """);

    private static Html Done(DriftEventView line) => line switch
    {
        { PipelineId: { } pipeline } => Html.Of($"""<a href="/ui/pipelines/{pipeline.Value}">trained again</a>"""),
        { AttemptId: not null } => Html.Of($"rolled back {Shown.Time(line.ActedAt)}"),
        { Error: { } error } => Html.Of($"not {Status.Word(line.Action)}: <bdi>{error}</bdi>"),
        { Action: DriftAction.None } => Html.Of($"nothing, by the settings"),
        { Action: DriftAction.Alarm } => Html.Of($"said here"),
        _ => Html.Of($"{Status.Word(line.Action)} is under way"),
    };

    private static Html Shadow(StationModel model, ChampionView champion) => model.Watch.Shadow is { } shadow
        ? Html.Of($"""
            <h2>Beside the champion</h2>
            <p>{shadow.ModelType} {Shown.Run(shadow.RunId)} is scored on the same rows as the champion, and serves nobody: its line
            is in the chart of live errors.</p>
            <div class="commands">{Promote(model.Identifier, shadow)}{TakeOff(shadow)}</div>
            """)
        : PutBeside([.. model.Watch.Runs.Where(r => r.RunId != champion.RunId)]);

    private static Html Promote(Identifier identifier, RunView shadow) => new CommandForm(
        "/promote", "Promote it", "Scores this run beside the champion and puts it in force if it may. It is undone by rolling back.")
    {
        Needs = Roles.Promote,
        Allowed = ($"/runs/{shadow.RunId}", "promote"),
        Body = new JsonObject { ["run_ids"] = new JsonArray(shadow.RunId.Value), ["identifier"] = identifier.Value },
        Dry = DryRun.InBody,
        AsksReason = true,
        More = Html.Of($"""
            <label class="check"><input type="checkbox" name="force" data-flag>
            whatever the test part says (live errors may say otherwise)</label>
            """),
    }.Show();

    private static Html TakeOff(RunView shadow) => new CommandForm(
        $"/runs/{shadow.RunId}/shadow?reason={{reason}}",
        "Take it off",
        "Scores it no more; what was scored stays. It is undone by putting it there again.")
    {
        Method = "DELETE",
        Needs = Roles.Promote,
        Dry = DryRun.InAddress,
        AsksReason = true,
        Allowed = ($"/runs/{shadow.RunId}", "end_shadow"),
    }.Show();

    private static Html PutBeside(IReadOnlyList<RunView> runs)
    {
        if (runs.Count == 0)
            return Html.None;

        var form = new CommandForm(
            "/runs/{run_id}/shadow?reason={reason}",
            "Put it beside the champion",
            "Scores a run on the same rows as the champion, without serving it, until it is promoted or taken off.")
        {
            AsksReason = true,
            Needs = Roles.Promote,
            Allowed = ("/runs/{run_id}", "shadow"),
            Dry = DryRun.InBody,
            More = Html.Of($"<label>Run <select name=\"run_id\">{runs.Select(Choice)}</select></label>"),
        };
        return Html.Of($"""<h2>Beside the champion</h2><div class="commands">{form.Show()}</div>""");
    }

    private static Html Choice(RunView run) => Html.Of($"""
        <option value="{run.RunId.Value}">{run.ModelType} {Shown.Short(run.RunId)}, {Made(run)}</option>
        """);

    private static string Made(RunView run) =>
        (run.EndedAt ?? run.CreatedAt).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
