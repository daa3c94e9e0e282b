namespace FLTS.Host.Hosting;

/// <summary>Start and stop of the process.</summary>
internal static class Startup
{
    private static readonly TimeSpan _longestStop = TimeSpan.FromSeconds(10);

    public static WebApplicationBuilder AddFltsStartup(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StartupGate>()
            .AddSingleton<IStartupGate>(p => p.GetRequiredService<StartupGate>())
            .AddHostedService(p => p.GetRequiredService<StartupGate>())
            .AddSingleton<PartStates>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = _longestStop);
        return builder;
    }
}
