using System.Reflection;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>Whether all parts work, what is served here, and where more is to be seen.</summary>
internal static class SystemPage
{
    private static readonly string _version =
        typeof(SystemPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Html Of() => Layout.Page("System", "system", Html.Of($"""
        <section id="ready" aria-live="polite"><h2>Readiness</h2><p class="note">Asking…</p></section>
        <section id="loaded" aria-live="polite"><h2>Models served by this process</h2><p class="note">Asking…</p></section>
        <h2>More</h2>
        <ul class="links">
        <li><a href="/scalar">API reference</a>: every call, to try. All that these pages do is done by it.</li>
        <li><a href="/hangfire">Jobs</a>: what works and waits in this installation (role admin).</li>
        <li><a href="/metrics">Metrics</a> for Prometheus.</li>
        </ul>
        <p class="quiet-text">Version {_version}</p>
        """));
}
