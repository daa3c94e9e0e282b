using FLTS.Host.Hosting;
using FLTS.Modules.Contracts;
using Hangfire;

namespace FLTS.Host;

/// <summary>The composition root: reads as a table of contents.</summary>
internal static class Server
{
    private const long LargestBody = 64L << 20;

    /// <summary>Builds the server; nothing runs yet.</summary>
    /// <param name="settings">Settings given on the command line, strongest.</param>
    /// <param name="jsonToConsole">Logs go to standard output as JSON.</param>
    /// <exception cref="FltsException">A setting is wrong, or the data folder is in use.</exception>
    public static WebApplication Build(IReadOnlyDictionary<string, string?> settings, bool jsonToConsole)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        var host = HostSettings.Read(builder.Configuration);
        var folder = DataFolder.Open(host);

        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = LargestBody);
        builder.AddFltsTelemetry(host, jsonToConsole || builder.Configuration["Logging:Console"] == "json");
        builder.Services.AddSingleton(host).AddSingleton(_ => folder).AddSingleton(TimeProvider.System).AddSingleton(AdminKey.Load(builder.Configuration, host));
        builder.Services.AddProblemDetails().AddExceptionHandler<Errors>().AddFltsJson().AddFltsOpenApi();
        builder.Services.AddSingleton<StartupGate>().AddSingleton<IStartupGate>(p => p.GetRequiredService<StartupGate>()).AddHostedService(p => p.GetRequiredService<StartupGate>());
        foreach (var module in host.Modules)
            module.AddServices(builder.Services, builder.Configuration);

        builder.Services.AddFltsBus(host).AddFltsJobs(host);
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true); // So that Errors can say what is wrong with it.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));

        var app = builder.Build();
        _ = app.Services.GetRequiredService<DataFolder>(); // Owned by the container: the lock is given back when it is disposed.
        app.UseExceptionHandler().UseStatusCodePages();
        app.UseRouting();
        app.UseFltsSecurity();
        app.UseHangfireDashboard("/hangfire", new DashboardOptions { Authorization = [new DashboardIsGuarded()], IgnoreAntiforgeryToken = false, DashboardTitle = "FLTS jobs" });
        app.MapFltsHealth();
        app.MapFltsMetrics();
        app.MapFltsOpenApi();
        foreach (var module in host.Modules)
            module.MapEndpoints(app);

        return app;
    }
}
