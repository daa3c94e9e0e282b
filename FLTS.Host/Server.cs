using FLTS.Host.Hosting;
using FLTS.Modules;
using Hangfire;

namespace FLTS.Host;

/// <summary>The composition root: reads as a table of contents.</summary>
internal static class Server
{
    /// <summary>Bytes of the largest body that is taken.</summary>
    public const long LargestBody = 64L << 20;

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
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = Errors.Explain).AddExceptionHandler<Errors>().AddFltsJson().AddFltsOpenApi();
        builder.Services.AddSingleton<StartupGate>().AddSingleton<IStartupGate>(p => p.GetRequiredService<StartupGate>()).AddHostedService(p => p.GetRequiredService<StartupGate>());
        foreach (var module in host.Modules)
            AddServices(module, builder);

        builder.Services.AddFltsBus(host, builder.Configuration).AddFltsJobs(host, builder.Configuration);
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

    private static void AddServices(IModule module, WebApplicationBuilder builder)
    {
        try
        {
            module.AddServices(builder.Services, builder.Configuration);
        }
        catch (InvalidOperationException e) when (e.InnerException is FormatException or ArgumentException)
        {
            throw new InvalidInputException(e.Message, e); // The binder's sentence names the setting, its value and what it must be.
        }
    }
}
