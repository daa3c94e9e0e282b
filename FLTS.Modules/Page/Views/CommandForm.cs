using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>
/// A command: an address of the public API and a body, sent by the page's script in the session of whoever looks at it. Before anything is
/// done the form shows what would be.
/// </summary>
/// <param name="Path">Address.</param>
/// <param name="Title">On its button.</param>
/// <param name="Says">What it does, in a sentence.</param>
internal sealed record CommandForm(string Path, string Title, string Says)
{
    /// <summary>Sent, with a reason where one is asked for.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>Role that the API asks for.</summary>
    public string Needs { get; init; } = Roles.Train;

    /// <summary>The API can say what it would do; else the sentence is shown for confirmation.</summary>
    public bool HasDryRun { get; init; }

    /// <summary>Asks why; stored with what is done.</summary>
    public bool AsksReason { get; init; }

    /// <summary>More of the form, by the names of the body's members.</summary>
    public Html More { get; init; }

    public Html Show() => Html.Of($"""
        <form class="command" data-path="{Path}" data-needs="{Needs}" data-body="{Body?.ToJsonString() ?? "{}"}"
            data-dry="{(HasDryRun ? "yes" : "no")}">
        <p>{Says}</p>
        {More}
        {(AsksReason ? Html.Of($"<label>Reason <input name=\"reason\" maxlength=\"500\" autocomplete=\"off\"></label>") : Html.None)}
        <p class="buttons"><button type="button" class="look">{(HasDryRun ? $"{Title}: show what it would do" : $"{Title}…")}</button>
        <button type="submit" class="do" hidden>{Title} now</button> <span class="needs quiet-text"></span></p>
        <output role="status"></output>
        </form>
        """);
}
