using System.Text.Json.Nodes;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>
/// A command: an address of the public API and a body, sent by the page's script in the session of whoever looks at it. Before anything is
/// done the form shows what would be.
/// </summary>
/// <param name="Path">Address; what stands in braces is the value of the form's field of that name.</param>
/// <param name="Title">On its button.</param>
/// <param name="Says">What it does, in a sentence.</param>
internal sealed record CommandForm(string Path, string Title, string Says)
{
    /// <summary>Of HTTP.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Where the API says in <c>allowed_actions</c> whether it may be done now, and as what; null: nowhere.</summary>
    public (string Of, string Action)? Allowed { get; init; }

    /// <summary>Sent, with a reason where one is asked for.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>Role that the API asks for.</summary>
    public string Needs { get; init; } = Roles.Train;

    /// <summary>Where the API is told to say only what it would do; null: it cannot, and the sentence is shown for confirmation.</summary>
    public DryRun? Dry { get; init; }

    /// <summary>Has to be typed before it is done; null: nothing has.</summary>
    public string? Confirm { get; init; }

    /// <summary>Where the page leads when it is done; null: it stays.</summary>
    public string? Leads { get; init; }

    /// <summary>Asks why; stored with what is done.</summary>
    public bool AsksReason { get; init; }

    /// <summary>More of the form, by the names of the body's members.</summary>
    public Html More { get; init; }

    public Html Show() => Html.Of($"""
        <form class="command" data-path="{Path}" data-method="{Method}" data-needs="{Needs}" data-body="{Body?.ToJsonString() ?? "{}"}"
            data-dry="{Dry switch { DryRun.InBody => "body", DryRun.InAddress => "address", _ => "no" }}"
            data-of="{Allowed?.Of}" data-action="{Allowed?.Action}" data-leads="{Leads}">
        <p>{Says}</p>
        {More}
        {(AsksReason ? Html.Of($"<label>Reason <input name=\"reason\" maxlength=\"500\" autocomplete=\"off\"></label>") : Html.None)}
        {(Confirm is null ? Html.None : Html.Of($"""
        <label>To be sure, type {Shown.Name(Confirm)} <input data-confirm="{Confirm}" autocomplete="off" spellcheck="false"></label>
        """))}
        <p class="buttons"><button type="button" class="look">{Title}{(Dry is null ? "…" : ": show what it would do")}</button>
        <button type="submit" class="do" hidden>{Title} now</button> <span class="needs quiet-text"></span></p>
        <output role="status"></output>
        </form>
        """);
}

/// <summary>Where <c>dry_run</c> stands.</summary>
internal enum DryRun
{
    InBody,
    InAddress,
}
