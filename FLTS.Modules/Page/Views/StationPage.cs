using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Page.Views;

/// <summary>One identifier: what was measured, what is forecast, how good that is, and who forecasts it.</summary>
internal static class StationPage
{
    private const int RefreshSeconds = 15;

    public static Html Of(StationModel model) => Layout.Page(
        model.Identifier.Value,
        "stations",
        model.Champions?.InForce is { } champion
            ? Html.Of($"""
                {Facts(model, champion)}{Charts(model, champion)}{WatchParts.Of(model, champion)}{History(model, champion)}
                {Pipelines(model)}
                """)
            : Html.Of($"{Waiting()}{Pipelines(model)}"),
        RefreshSeconds,
        watch: Watched(model));

    private static IEnumerable<string> Watched(StationModel model) =>
    [
        $"champion/{model.Identifier}", $"live/{model.Identifier}", $"drift/{model.Identifier}", $"shadow/{model.Identifier}",
        .. model.Pipelines.Select(p => $"pipeline/{p.PipelineId}"),
        $"dataset/{model.Dataset}",
    ];

    private static Html Waiting() => Layout.Part("facts", Html.Of($"""
        <div class="empty"><h2>No champion yet</h2><p>A forecast is drawn here as soon as a pipeline has promoted a model.</p></div>
        """));

    private static Html Facts(StationModel model, ChampionView champion)
    {
        var (line, reference) = (model.Board?.Of(champion.RunId), model.Board?.BestReference);
        var better = line?.Decisive is { } own && reference?.Decisive is > 0 and { } other ? 1 - (own / other) : (double?)null;
        return Layout.Part("facts", Html.Of($"""
            <dl class="facts">
            <div><dt>Champion</dt><dd>{champion.ModelType} <span class="quiet-text">version {champion.Version}</span></dd></div>
            <div><dt>Score</dt><dd>{Shown.Number(line?.Decisive)}</dd></div>
            <div><dt>Best reference</dt>
            <dd>{Shown.Number(reference?.Decisive)} <span class="quiet-text">{reference?.ModelType}</span></dd></div>
            <div><dt>Better by</dt><dd>{Shown.Percent(better)}</dd></div>
            <div><dt>Live error</dt><dd title="Mean absolute error one step ahead over EWMA's, newest 24 hours">{StationsPage.LiveError(
                model.Watch.Health.Ratio)} <span class="quiet-text">of EWMA's</span></dd></div>
            <div><dt>In the 80 % band</dt><dd>{StationsPage.Coverage(model.Watch.Health.Coverage)}</dd></div>
            <div><dt>In force</dt><dd>{Shown.Age(champion.Since, model.Now)}</dd></div>
            <div><dt>Newest row</dt><dd id="newest">–</dd></div>
            </dl>
            {(model.Watch.Health.Error is { } error ? Html.Of($"<p class=\"sentence bad\"><bdi>{error}</bdi></p>") : Html.None)}
            """));
    }

    /// <summary>What the charts of a station need to know.</summary>
    public static string About(StationModel model, ChampionView champion) => new JsonObject
    {
        ["identifier"] = model.Identifier.Value,
        ["dataset"] = model.Dataset?.Value,
        ["targets"] = new JsonArray([.. (model.Board?.TargetWeights?.Keys ?? []).Select(t => (JsonNode)t)]),
        ["run_id"] = champion.RunId.Value,
        ["config_hash"] = champion.ConfigHash.Value,
    }.ToJsonString();

    private static Html Charts(StationModel model, ChampionView champion)
    {
        var about = About(model, champion);
        var controls = Html.Of($"""
            <span class="controls"><label>Column <select name="column"></select></label>
            <label>Steps ahead <select name="steps">
            <option>12</option><option selected>48</option><option>144</option><option>288</option></select></label></span>
            """);
        return Html.Of($"""
            <div class="charts">
            {Layout.Chart("station", "Measured, and forecast from now with its 80 % band", about, controls)}
            {Layout.Chart("leads", "Error by lead on the test part: root mean squared error as a share of each column's range", about)}
            </div>
            """);
    }

    private static Html History(StationModel model, ChampionView champion)
    {
        var history = model.Champions!.History;
        return Html.Of($"""
            <h2>Champions</h2>
            {Layout.Part("history", Html.Of($"""
            <div class="scroll" tabindex="0"><table class="list">
            <thead><tr><th class="number">Version</th><th>Model</th><th>Run</th><th>Since</th><th>Until</th></tr></thead>
            <tbody>{history.Reverse().Select(Row)}</tbody></table></div>
            """))}
            {Layout.Part("commands", Html.Of($"""
            <div class="commands">
            {Promote(model.Identifier, champion)}
            {(history.Select(h => h.RunId).Distinct().Count() > 1 ? RollBack(model.Identifier, history, champion) : Html.None)}
            </div>
            """))}
            """);
    }

    private static Html Promote(Identifier identifier, ChampionView champion) => new CommandForm(
        "/promote",
        "Evaluate again and promote",
        "Scores the runs of the champion's data again, and promotes the best if it may. It is undone by rolling back.")
    {
        Needs = Roles.Promote,
        Allowed = ($"/champions/{Uri.EscapeDataString(identifier.Value)}", "promote"),
        Body = new JsonObject { ["config_hash"] = champion.ConfigHash.Value, ["identifier"] = identifier.Value },
        Dry = DryRun.InBody,
        AsksReason = true,
    }.Show();

    private static Html RollBack(Identifier identifier, IReadOnlyList<ChampionView> history, ChampionView champion) => new CommandForm(
        $"/champions/{Uri.EscapeDataString(identifier.Value)}/rollback",
        "Roll back",
        "Puts an earlier champion in force again, as a new version. It is undone by rolling back to the version that is in force now.")
    {
        Needs = Roles.Promote,
        Allowed = ($"/champions/{Uri.EscapeDataString(identifier.Value)}", "rollback"),
        Dry = DryRun.InBody,
        AsksReason = true,
        More = Html.Of($"""
            <label>To <select name="to_version" data-number><option value="">the newest earlier one that was not rolled back from</option>
            {history.Reverse().Where(h => h.RunId != champion.RunId).Select(h =>
                Html.Of($"<option value=\"{h.Version}\">version {h.Version}: {h.ModelType}</option>"))}
            </select></label>
            """),
    }.Show();

    private static Html Row(ChampionView line) => Html.Of($"""
        <tr><td class="number">{line.Version}</td><td>{line.ModelType}</td><td>{Shown.Run(line.RunId)}</td>
        <td>{Shown.Time(line.Since)}</td><td>{(line.Until is null ? Html.Of($"in force") : Shown.Time(line.Until))}</td></tr>
        """);

    private static Html Pipelines(StationModel model) => Html.Of($"""
        <h2>Newest pipelines</h2>
        {Layout.Part("pipelines", PipelinesPage.Table(model.Pipelines, model.Now))}
        """);
}
