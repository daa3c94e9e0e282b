namespace FLTS.Host.Hosting;

/// <summary>The composition root: reads as a table of contents.</summary>
internal static class Server
{
    /// <summary>Builds the server; nothing runs yet.</summary>
    /// <param name="settings">Settings given on the command line, strongest.</param>
    /// <param name="jsonToConsole">Logs go to standard output as JSON.</param>
    /// <param name="more">Services in the place of those that the modules have registered; null: none.</param>
    /// <exception cref="FltsException">A setting is wrong, or the data folder is in use.</exception>
    public static WebApplication Build(
        IReadOnlyDictionary<string, string?> settings, bool jsonToConsole, Action<IServiceCollection>? more = null)
    {
        var builder = Begin(settings);
        var host = HostSettings.Read(builder.Configuration);

        builder.AddFltsData(host)
            .AddFltsTelemetry(host, jsonToConsole)
            .AddFltsRequests()
            .AddFltsSecurity(host)
            .AddFltsStartup();
        builder.Services.AddFltsErrors().AddFltsJson().AddFltsOpenApi();
        foreach (var module in host.Modules)
            module.AddServices(builder.Services, builder.Configuration);
        builder.Services.AddFltsBus(host, builder.Configuration).AddFltsJobs(host, builder.Configuration);
        more?.Invoke(builder.Services);

        var app = builder.Build();
        app.LogSettings();
        app.UseFltsData();
        app.UseFltsErrors();
        app.UseFltsRequests();
        app.UseRouting();
        app.UseFltsSecurity();
        app.UseFltsCallLimits();
        app.UseFltsDashboard();
        app.MapFltsHealth();
        app.MapFltsMetrics();
        app.MapFltsOpenApi();
        foreach (var module in host.Modules)
            module.MapEndpoints(app);

        return app;
    }

    /// <summary>With all settings, and nothing else yet.</summary>
    /// <param name="settings">Settings given on the command line, strongest.</param>
    /// <exception cref="InvalidInputException">The folder of secrets is not there.</exception>
    public static WebApplicationBuilder Begin(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddSecretFiles();
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }
}
