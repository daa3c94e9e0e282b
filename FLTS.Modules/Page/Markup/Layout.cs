using System.Text.Json;

namespace FLTS.Modules.Page.Markup;

/// <summary>What stands around every page.</summary>
internal static class Layout
{
    private static readonly (string Path, string Title)[] _parts =
        [("stations", "Stations"), ("pipelines", "Pipelines"), ("data", "Data"), ("system", "System")];

    private static readonly string[] _modules = ["api.js", "dom.js", "events.js"];

    /// <param name="title">In the tab and on top.</param>
    /// <param name="part">Which of the parts it belongs to.</param>
    /// <param name="main">Its contents; elements with <c>data-part</c> are brought up to date while it is open.</param>
    /// <param name="refresh">Seconds after which they are; 0: never.</param>
    /// <param name="isPassing">Shown in the place of a page that is asked for again.</param>
    /// <param name="watch">
    /// What it shows, as <c>kind/id</c> of <c>GET /events</c> (<c>kind/*</c>: all of a kind): it is asked for again when that changes.
    /// </param>
    public static Html Page(
        string title, string part, Html main, int refresh = 0, bool isPassing = false, IEnumerable<string>? watch = null) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · FLTS</title>
        <link rel="icon" href="/ui/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/ui/assets/page.css">
        {Early(main).Select(f => Html.Of($"<link rel=\"modulepreload\" href=\"/ui/assets/{f}\">"))}
        {(HasCharts(main) ? Html.Of($"<link rel=\"preload\" as=\"script\" href=\"/ui/assets/echarts.js\">") : Html.None)}
        <script type="module" src="/ui/assets/page.js"></script>
        </head>
        <body>
        <a class="skip" href="#main">To the contents</a>
        <header class="top">
        <a class="brand" href="/ui/stations">FLTS</a>
        <nav aria-label="Parts">{_parts.Select(p => Link(p.Path, p.Title, p.Path == part))}</nav>
        <button type="button" id="key-button" class="quiet">Sign in</button>
        </header>
        <p id="away" class="away" role="alert" hidden></p>
        <main id="main" tabindex="-1" data-refresh="{refresh}"{(isPassing ? " data-passing" : "")}
            data-watch="{JsonSerializer.Serialize(watch ?? [])}">
        <h1>{Shown.Name(title)}</h1>
        {main}
        </main>
        <dialog id="key-dialog" aria-labelledby="key-title">
        <form method="dialog" id="key-form">
        <h2 id="key-title">Sign in</h2>
        <p>Whoever changes something signs in with a key, once; the page does not keep it. No key at hand? Where the server runs,
        <code>./flts key link</code> prints a link that signs you in, and the admin key stands in the file <code>keys/admin.key</code>
        of its data folder (unless the settings state another).</p>
        <p id="key-who"></p>
        <label>Key <input id="key-input" type="password" autocomplete="current-password" spellcheck="false"></label>
        <p class="buttons"><button value="in">Sign in</button> <button value="out" id="key-out" class="quiet" hidden>Sign out</button>
        <button value="" class="quiet">Close</button></p>
        <output id="key-output" role="alert"></output>
        </form>
        </dialog>
        </body>
        </html>
        """);

    /// <summary>A part of a page by itself, brought up to date while the page is open.</summary>
    public static Html Part(string name, Html contents) => Html.Of($"""<section data-part="{name}">{contents}</section>""");

    /// <summary>Where a chart is drawn, with what the script needs to know.</summary>
    /// <param name="kind">Which function draws it.</param>
    /// <param name="title">In words, with the unit.</param>
    /// <param name="data">Told the script, as JSON.</param>
    /// <param name="controls">Above the chart.</param>
    /// <param name="picture">Stands in its place until it is drawn.</param>
    public static Html Chart(string kind, string title, string data, Html controls = default, Html picture = default) => Html.Of($"""
        <figure class="chart" data-chart="{kind}" data-about="{data}">
        <figcaption><span class="chart-title">{title}</span>{controls}</figcaption>
        <div class="plot" tabindex="0" role="img" aria-label="{title}. Arrow keys move the cursor; the numbers are below.">{picture}</div>
        <p class="note" role="status"></p>
        <details><summary>Numbers</summary><div class="scroll" tabindex="0"></div></details>
        </figure>
        """);

    /// <summary>What its script imports: asked for with the page, not one after the other.</summary>
    private static string[] Early(Html main) => [.. _modules, .. HasCharts(main) ? ["charts.js"] : Array.Empty<string>()];

    private static bool HasCharts(Html main) => main.ToString().Contains("data-chart=", StringComparison.Ordinal);

    private static Html Link(string path, string title, bool isHere) => isHere
        ? Html.Of($"""<a href="/ui/{path}" aria-current="page">{title}</a>""")
        : Html.Of($"""<a href="/ui/{path}">{title}</a>""");
}
