using System.Text.Json.Nodes;
using FLTS.Modules.Page.Drawing;
using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Page.Views;

/// <summary>One identifier: what was measured, what is forecast, how good that is, and who forecasts it.</summary>
internal static class StationPage
{
    private const int RefreshSeconds = 15, LongestName = 40;

    /// <summary>What is planned for, and no more steps than a chart can show one by one.</summary>
    private static readonly (string Name, int Seconds)[] _ahead =
        [("1 hour", 3600), ("6 hours", 21_600), ("1 day", 86_400), ("2 days", 172_800), ("7 days", 604_800), ("30 days", 2_592_000)];

    private static readonly int[] _unknownAhead = [12, 144, 288];

    private const int MostSteps = 1500;

    private const string Title = "Measured, and forecast from the newest row with its 80 % band";

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
            <div><dt>Newest row</dt>{Newest(model)}</div>
            {(model.Dataset is { } dataset
                ? Html.Of($"<div><dt>Data</dt><dd>{Shown.Link("data", dataset.Value)}</dd></div>")
                : Html.None)}
            </dl>
            {(model.Watch.Health.Error is { } error ? Html.Of($"<p class=\"sentence bad\"><bdi>{error}</bdi></p>") : Html.None)}
            """));
    }

    private static Html Newest(StationModel model) => model.Chart is { } chart
        ? Html.Of($"<dd id=\"newest\">{Shown.Age(chart.LastAt, model.Now)}</dd>")
        : Html.Of($"<dd id=\"newest\">–</dd>");

    /// <summary>What the charts of a station need to know.</summary>
    public static string About(StationModel model, ChampionView champion) => new JsonObject
    {
        ["identifier"] = model.Identifier.Value,
        ["dataset"] = model.Dataset?.Value,
        ["targets"] = new JsonArray([.. model.Targets.Select(t => (JsonNode)t)]),
        ["run_id"] = champion.RunId.Value,
        ["config_hash"] = champion.ConfigHash.Value,
    }.ToJsonString();

    private static Html Charts(StationModel model, ChampionView champion)
    {
        var about = About(model, champion);
        var controls = Html.Of($"""
            <span class="controls"><label>Column <select name="column">{model.Targets.Select(Column)}</select></label>
            <label>Ahead <select name="steps">{Ahead(model.Chart?.Whole.StepSeconds)}</select></label></span>
            """);
        return Html.Of($"""
            <div class="charts">
            {Layout.Chart("station", Title, about, controls, FirstPicture.Of(model.Chart))}
            {Layout.Chart("leads", "Error by lead on the test part: root mean squared error as a share of each column's range", about)}
            </div>
            """);
    }

    /// <param name="step">Seconds between rows; null: not at hand.</param>
    private static IEnumerable<Html> Ahead(double? step)
    {
        var choices = step is > 0 and var seconds
            ? _ahead.Where(a => a.Seconds % seconds == 0 && a.Seconds / seconds is > 1 and <= MostSteps)
                .Select(a => (Steps: (int)(a.Seconds / seconds), Name: $"{a.Name} ({a.Seconds / seconds:0} steps)"))
            : _unknownAhead.Select(steps => (Steps: steps, Name: $"{steps} steps"));
        return choices.Append((Steps: ChartReader.Steps, Name: $"{ChartReader.Steps} steps"))
            .DistinctBy(c => c.Steps)
            .OrderBy(c => c.Steps)
            .Select(c => c.Steps == ChartReader.Steps
                ? Html.Of($"<option value=\"{c.Steps}\" selected>{c.Name}</option>")
                : Html.Of($"<option value=\"{c.Steps}\">{c.Name}</option>"));
    }

    private static Html Column(string name) =>
        Html.Of($"<option value=\"{name}\">{(name.Length > LongestName ? $"{name[..(LongestName - 1)]}…" : name)}</option>");

    private static Html History(StationModel model, ChampionView champion)
    {
        var history = model.Champions!.History;
        return Html.Of($"""
            <h2>Champions</h2>
            {Layout.Part("history", Html.Of($"""
            <div class="scroll" tabindex="0"><table class="list">
            <thead><tr><th class="number">Version</th><th>Model</th><th>Run</th><th>Since</th><th>Until</th><th>Why</th></tr></thead>
            <tbody>{history.Reverse().Select(h => Row(h, model.Reasons?.Of.GetValueOrDefault(h.Version)))}</tbody></table></div>
            """))}
            {Layout.Part("commands", Html.Of($"""
            <div class="commands">
            {Promote(model.Identifier, champion)}
            {(history.Select(h => h.RunId).Distinct().Count() > 1 ? RollBack(model, champion) : Html.None)}
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

    private static Html RollBack(StationModel model, ChampionView champion) => new CommandForm(
        $"/champions/{Uri.EscapeDataString(model.Identifier.Value)}/rollback",
        "Roll back",
        "Puts an earlier champion in force again, as a new version. It is undone by rolling back to the version that is in force now.")
    {
        Needs = Roles.Promote,
        Allowed = ($"/champions/{Uri.EscapeDataString(model.Identifier.Value)}", "rollback"),
        Dry = DryRun.InBody,
        AsksReason = true,
        More = Html.Of($"""
            <label>To <select name="to_version" data-number{(model.Reasons?.RollbackVersion is { } version
                ? Html.Of($"><option value=\"\">version {version}, the newest that was not rolled back from</option>")
                : Html.Of($" required><option value=\"\">choose: all others were rolled back from</option>"))}
            {model.Champions!.History.Reverse().Where(h => h.RunId != champion.RunId).Select(h =>
                Html.Of($"<option value=\"{h.Version}\">version {h.Version}: {h.ModelType}</option>"))}
            </select></label>
            """),
    }.Show();

    private static Html Row(ChampionView line, string? why) => Html.Of($"""
        <tr><td class="number">{line.Version}</td><td>{line.ModelType}</td><td>{Shown.Run(line.RunId)}</td>
        <td>{Shown.Time(line.Since)}</td><td>{(line.Until is null ? Html.Of($"in force") : Shown.Time(line.Until))}</td>
        <td class="why"><bdi>{why}</bdi></td></tr>
        """);

    private static Html Pipelines(StationModel model) => Html.Of($"""
        <h2>Newest pipelines</h2>
        {Layout.Part("pipelines", PipelinesPage.Table(model.Pipelines, model.Now))}
        """);
}
