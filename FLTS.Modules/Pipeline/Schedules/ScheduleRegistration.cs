using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>The services of schedules.</summary>
internal static class ScheduleRegistration
{
    public static void AddSchedules(this IServiceCollection services, ScheduleSettings settings, ScheduleLimits limits)
    {
        services.AddSingleton(settings);
        services.AddSingleton(limits);
        services.AddMetrics<ScheduleMetrics>();
        services.AddSingleton<ScheduleService>();
        services.AddSingleton<FireRunner>();
        services.AddSingleton<ScheduleLoop>();
        services.AddHostedService(p => p.GetRequiredService<ScheduleLoop>());
    }
}
