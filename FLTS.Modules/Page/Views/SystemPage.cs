using System.Reflection;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>
/// Whether all parts work, what is served here, what starts by itself, what would be removed, who may do what and did; all of it read from
/// the API by the page's script.
/// </summary>
internal static class SystemPage
{
    private static readonly string _version =
        typeof(SystemPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Html Of() => Layout.Page("System", "system", Html.Of($"""
        {Section("ready", "Readiness", isLive: true)}
        {Section("loaded", "Models served by this process", isLive: true)}
        {Section("schedules", "Schedules")}
        <details><summary>Start a pipeline again and again, or change a schedule</summary>
        <div class="commands">{Put()}{Fire()}{Resume()}{Remove()}</div></details>
        {Section("retention", "Retention plan")}
        {Section("keys", "Keys")}
        <details><summary>Make a key, or take one back</summary><div class="commands">{CreateKey()}{RevokeKey()}</div></details>
        {Section("audit", "Audit")}
        <h2>More</h2>
        <ul class="links">
        <li><a href="/scalar">API reference</a>: every call, to try. All that these pages do is done by it.</li>
        <li><a href="/hangfire">Jobs</a>: what works and waits in this installation (role admin).</li>
        <li><a href="/metrics">Metrics</a> for Prometheus.</li>
        </ul>
        <p class="quiet-text">Version {_version}</p>
        """));

    private static Html Section(string id, string title, bool isLive = false) => Html.Of($"""
        <section id="{id}"{(isLive ? Html.Of($" aria-live=\"polite\"") : Html.None)}><h2>{title}</h2><p class="note">Asking…</p></section>
        """);

    private static Html Put() => new CommandForm(
        "/schedules/{name}",
        "Put the schedule",
        "Starts a pipeline of a dataset whenever the clock says so; a schedule of the same name is replaced. It is undone by removing it.")
    {
        Method = "PUT",
        More = Html.Of($"""
            <label>Name <input name="name" required pattern="[A-Za-z0-9._\-]+" maxlength="64" autocomplete="off" spellcheck="false"></label>
            <label>Dataset <select name="pipeline.dataset" data-list="datasets" required></select></label>
            <label>When, as cron: minute, hour, day of the month, month, day of the week
            <input name="cron" required value="0 3 * * *" autocomplete="off" spellcheck="false"></label>
            <label>On the clock of <input name="zone" value="UTC" autocomplete="off" spellcheck="false"></label>
            """),
    }.Show();

    private static Html Fire() => new CommandForm(
        "/schedules/{name}/fire", "Start now", "Starts the pipeline of a schedule now; its clock goes on as it was.")
    {
        More = OneOf("schedules"),
    }.Show();

    private static Html Resume() => new CommandForm(
        "/schedules/{name}/resume", "Resume", "Lets a paused schedule go on from now.")
    {
        More = OneOf("paused"),
    }.Show();

    private static Html Remove() => new CommandForm(
        "/schedules/{name}", "Remove the schedule", "Removes a schedule and the list of its fires; what they started stays.")
    {
        Method = "DELETE",
        More = OneOf("schedules"),
    }.Show();

    private static Html OneOf(string list) =>
        Html.Of($"""<label>Schedule <select name="name" data-list="{list}" required></select></label>""");

    private static Html CreateKey() => new CommandForm(
        "/keys", "Make a key", "Makes a key, which is told once, here. It is undone by taking it back.")
    {
        Needs = Roles.Admin,
        More = Html.Of($"""
            <label>Role <select name="role">{Roles.All.Select(r => Html.Of($"<option>{r}</option>"))}</select></label>
            <label>Name <input name="name" maxlength="100" autocomplete="off"></label>
            <label>Counts until (empty: until it is taken back) <input name="expires" type="date" data-day></label>
            """),
    }.Show();

    private static Html RevokeKey() => new CommandForm(
        "/keys/{id}", "Take back", "Takes a key back: it and its sessions count no more. It cannot be undone; another key can be made.")
    {
        Method = "DELETE",
        Needs = Roles.Admin,
        More = Html.Of($"""<label>Key <select name="id" data-list="keys" required></select></label>"""),
    }.Show();
}
