using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;

namespace FLTS.Modules.Page.Views;

/// <summary>Runs, or pipelines by their best runs, side by side: what differs, how they did, and at which lead.</summary>
internal static class ComparePage
{
    private const string LeadsTitle = "Error by lead on the test part: root mean squared error as a share of each column's range";

    public static Html Of(IReadOnlyList<ComparedRun> runs)
    {
        var about = new JsonObject
        {
            ["runs"] = new JsonArray([.. runs.Select((r, i) => (JsonNode)new JsonObject
            {
                ["run_id"] = r.Run.RunId.Value,
                ["name"] = $"{i + 1}: {r.Run.ModelType} {Shown.Short(r.Run.RunId)}",
            })]),
        };
        var (same, other) = Split(runs);
        return Layout.Page("Compare", "pipelines", Html.Of($"""
            {Remark(runs)}
            <div class="scroll" tabindex="0"><table class="list compare">
            <thead><tr><th></th>{runs.Select((r, i) => Html.Of($"<th class=\"number\">{i + 1}: {r.Run.ModelType}</th>"))}</tr></thead>
            <tbody>
            {Line("Run", runs, r => Shown.Run(r.Run.RunId))}
            {Line("Station", runs, r => Shown.Link("stations", r.Run.Identifier.Value))}
            {(runs.Any(r => r.Pipeline is not null)
                ? Line("Best of pipeline", runs, Pipeline)
                : Html.None)}
            {Line("Data", runs, r => Shown.Id(r.Run.ConfigHash.Value))}
            {Numbers("Score", runs, r => r.Score)}
            {MetricNames(runs).Select(name => Numbers(Shown.Words(name), runs, r => Number(r.Metrics.GetValueOrDefault(name))))}
            </tbody></table></div>
            <p class="quiet-text">Below each number: how far it is from the first one's. Lower is better, but for r2 and skill.</p>
            {Layout.Chart("compare", LeadsTitle, about.ToJsonString())}
            <h2>Parameters that differ</h2>
            {(other.Count == 0 ? Html.Of($"<p>None.</p>") : Parameters(runs, other))}
            {(same.Count == 0 ? Html.None : Html.Of($"""
            <details><summary>{same.Count} that are the same</summary>{Parameters(runs, same)}</details>
            """))}
            """));
    }

    private static Html Remark(IReadOnlyList<ComparedRun> runs) => runs.Select(r => r.Run.ConfigHash).Distinct().Count() == 1
        ? Html.None
        : Html.Of($"""
            <p class="sentence bad">These were measured on different data (another file, other rows or another preparation): their numbers
            do not compare by themselves.</p>
            """);

    private static Html Pipeline(ComparedRun run) => run.Pipeline is { } pipeline
        ? Html.Of($"""<a href="/ui/pipelines/{pipeline.PipelineId.Value}">{Shown.Id(pipeline.PipelineId.Value)}</a>""")
        : Shown.Number(null);

    private static Html Line(string title, IReadOnlyList<ComparedRun> runs, Func<ComparedRun, Html> cell) => Html.Of($"""
        <tr><th scope="row">{title}</th>{runs.Select(r => Html.Of($"<td class=\"number\">{cell(r)}</td>"))}</tr>
        """);

    private static Html Numbers(string title, IReadOnlyList<ComparedRun> runs, Func<ComparedRun, double?> number)
    {
        var first = number(runs[0]);
        return Line(title, runs, r => Html.Of($"{Shown.Number(number(r))}{(r == runs[0] ? Html.None : Difference(number(r), first))}"));
    }

    private static Html Difference(double? value, double? first) => value is null || first is not (not null and not 0)
        ? Html.None
        : Html.Of($"""<br><span class="quiet-text">{Shown.Change((value.Value / first.Value) - 1)}</span>""");

    /// <summary>Metrics that any has as a number, in the order of the first that has them.</summary>
    private static IEnumerable<string> MetricNames(IReadOnlyList<ComparedRun> runs) =>
        runs.SelectMany(r => r.Metrics).Where(m => Number(m.Value) is not null && !m.Key.Contains('.', StringComparison.Ordinal))
            .Select(m => m.Key).Distinct();

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null;

    private static (List<string> Same, List<string> Other) Split(IReadOnlyList<ComparedRun> runs)
    {
        var names = runs.SelectMany(r => r.Params.Keys).Distinct().Order(StringComparer.Ordinal).ToLookup(
            name => runs.All(r => r.Params.ContainsKey(name)) && runs.Select(r => Text(r, name)).Distinct().Count() == 1);
        return ([.. names[true]], [.. names[false]]);
    }

    private static Html Parameters(IReadOnlyList<ComparedRun> runs, IReadOnlyList<string> names) => Html.Of($"""
        <div class="scroll" tabindex="0"><table class="list compare">
        <thead><tr><th>Parameter</th>{runs.Select((r, i) => Html.Of($"<th class=\"number\">{i + 1}: {r.Run.ModelType}</th>"))}</tr></thead>
        <tbody>{names.Select(name => Html.Of($"""
        <tr><th scope="row">{Shown.Name(name)}</th>{runs.Select(r => Html.Of($"<td class=\"number\"><bdi>{Text(r, name)}</bdi></td>"))}</tr>
        """))}</tbody></table></div>
        """);

    private static string Text(ComparedRun run, string name) =>
        !run.Params.TryGetValue(name, out var value) ? "–" : value?.ToJsonString() ?? "null";
}
