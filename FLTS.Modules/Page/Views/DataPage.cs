using FLTS.Modules.Page.Markup;
using FLTS.Modules.Registry.Datasets;

namespace FLTS.Modules.Page.Views;

/// <summary>Datasets, and where a file is brought.</summary>
internal static class DataPage
{
    public static Html Of(Page<DatasetView> datasets, DateTimeOffset now) => Layout.Page("Data", "data", Html.Of($"""
        <section id="upload" aria-label="Bring a file">
        <div class="drop" id="drop">
        <p><strong>Drop a CSV here</strong>, plain or gzip, or <label class="button">choose a file
        <input id="file" class="hidden" type="file" accept=".csv,.gz,text/csv,application/gzip"></label></p>
        <p class="quiet-text">A column of times and columns of numbers. It is only looked at until you say that it is to be stored.</p>
        </div>
        <form id="store" hidden>
        <h2 id="store-title" tabindex="-1"></h2>
        <div id="look" role="status"></div>
        <div id="questions"></div>
        <label>Name of the dataset
        <input id="name" required pattern="[A-Za-z0-9._\-]+" maxlength="64" autocomplete="off" spellcheck="false"></label>
        <p class="buttons"><button class="do">Store it</button> <span class="needs quiet-text"></span></p>
        <progress id="sent" max="100" value="0" hidden aria-label="Sent"></progress>
        <output id="stored" role="status"></output>
        </form>
        </section>
        <h2>Datasets</h2>
        {Layout.Part("datasets", datasets.Items.Count == 0 ? Html.Of($"<p>None yet.</p>") : List(datasets, now))}
        """), watch: ["dataset/*"]);

    private static Html List(Page<DatasetView> datasets, DateTimeOffset now) => Html.Of($"""
        <div class="scroll" tabindex="0"><table class="list">
        <thead><tr><th>Name</th><th class="number">Versions</th><th class="number">Size</th><th>Stored</th></tr></thead>
        <tbody>{datasets.Items.Select(d => Html.Of($"""
        <tr><th scope="row"><a href="/ui/data/{Uri.EscapeDataString(d.Name.Value)}">{Shown.Name(d.Name.Value)}</a></th>
        <td class="number">{d.Versions}</td><td class="number">{Shown.Size(d.Size)}</td>
        <td>{(d.RegisteredAt is null ? Html.Of($"not used yet") : Shown.Age(d.RegisteredAt, now))}</td></tr>
        """))}</tbody></table></div>
        {(datasets.Next is null ? Html.None : Html.Of($"""
        <nav class="pages" aria-label="Pages of datasets"><a href="/ui/data?cursor={Uri.EscapeDataString(datasets.Next)}">Next</a></nav>
        """))}
        """);
}
