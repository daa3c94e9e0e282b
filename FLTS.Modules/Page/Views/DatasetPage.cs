using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>One dataset: what was measured, what it is like, where it has gaps.</summary>
internal static class DatasetPage
{
    private const int RefreshSeconds = 30;

    public static Html Of(DatasetName name)
    {
        var about = new JsonObject { ["dataset"] = name.Value }.ToJsonString();
        return Layout.Page(name.Value, "data", Html.Of($"""
            {Layout.Chart("dataset", "Measured values", about, Html.Of($"""
            <span class="controls"><label>Column <select name="column"></select></label></span>
            """))}
            <section id="profile" data-about="{about}" aria-live="polite"><h2>Profile</h2><p class="note">Reading it…</p></section>
            <h2>Forecast it</h2>
            <div class="commands">
            {Start(name)}
            </div>
            <h2>Its rows</h2>
            <div class="commands">
            {Append(about)}
            {Delete(name)}
            </div>
            """),
            RefreshSeconds,
            watch: [$"dataset/{name}"]);
    }

    private static Html Append(string about) => Html.Of($"""
        <form id="append" class="card" data-about="{about}">
        <p>Adds measurements: newer rows, late ones, and corrections of those that are known. A correction is undone by appending what was
        there before; rows are not taken away again.</p>
        <label>Rows, as CSV with a header <textarea rows="4" spellcheck="false" placeholder="time,down,up"></textarea></label>
        <label>or a file <input type="file" accept=".csv,text/csv"></label>
        <p class="buttons"><button type="button" class="look">Append: show what it would do</button>
        <button type="submit" class="do" hidden>Append them now</button> <span class="needs quiet-text"></span></p>
        <output role="status"></output>
        </form>
        """);

    private static Html Delete(DatasetName name) => new CommandForm(
        $"/datasets/{Uri.EscapeDataString(name.Value)}?reason={{reason}}",
        "Delete",
        "Removes its files, rows and reading options. Runs, champions and their history stay, but forecasts have no newest rows any more. "
        + "It cannot be undone.")
    {
        Method = "DELETE",
        Needs = Roles.Admin,
        Allowed = ($"/datasets/{Uri.EscapeDataString(name.Value)}", "delete"),
        Dry = DryRun.InAddress,
        AsksReason = true,
        Confirm = name.Value,
        Leads = "/ui/data",
    }.Show();

    private static Html Start(DatasetName name) => new CommandForm(
        "/pipelines",
        "Start a pipeline",
        "Prepares the data, trains the models, scores them beside simple references and promotes the best. The same data and options again "
        + "train nothing twice.")
    {
        Allowed = ($"/datasets/{Uri.EscapeDataString(name.Value)}", "start_pipeline"),
        Body = new JsonObject { ["dataset"] = name.Value },
        More = Html.Of($"""
            <fieldset><legend>Models (none chosen: those of the settings)</legend>
            {ForecasterCatalog.All.Select(f => Choice(f.ModelType))}
            </fieldset>
            """),
    }.Show();

    private static Html Choice(string model) => Html.Of($"""
        <label class="check"><input type="checkbox" name="model_types" value="{model}"> {model}</label>
        """);
}
