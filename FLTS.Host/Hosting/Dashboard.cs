using Hangfire;

namespace FLTS.Host.Hosting;

/// <summary>Hangfire's dashboard of the jobs.</summary>
internal static class Dashboard
{
    public const string Path = "/hangfire";

    public static void UseFltsDashboard(this WebApplication app) =>
        app.UseHangfireDashboard(Path, new DashboardOptions
        {
            Authorization = [new DashboardIsGuarded()],
            IgnoreAntiforgeryToken = false,
            DashboardTitle = "FLTS jobs",
            AppPath = app.Services.GetRequiredService<HostSettings>().Modules.Any(m => m.Name == "Page") ? "/ui/system" : "/scalar",
        });
}
