using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>One dataset: what was measured, what it is like, where it has gaps.</summary>
internal static class DatasetPage
{
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
            """));
    }

    private static Html Start(DatasetName name) => new CommandForm(
        "/pipelines",
        "Start a pipeline",
        "Prepares the data, trains the models, scores them beside simple references and promotes the best. The same data and options again "
        + "train nothing twice.")
    {
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
