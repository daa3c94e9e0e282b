using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FLTS.Modules.Kit;

/// <summary>The instruments of a module, made when the process starts: a series that has not moved is 0, not absent.</summary>
internal static class ModuleMetrics
{
    /// <summary>Adds instruments as a singleton that <see cref="Start"/> makes.</summary>
    public static IServiceCollection AddMetrics<TMetrics>(this IServiceCollection services)
        where TMetrics : class
    {
        services.TryAddSingleton<Histograms>();
        services.TryAddSingleton<TMetrics>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStarted, Started<TMetrics>>());
        return services;
    }

    /// <summary>Makes every module's instruments; before the first scrape.</summary>
    public static void Start(IServiceProvider services) => _ = services.GetServices<IStarted>().ToList();

    private interface IStarted;

    private sealed class Started<TMetrics> : IStarted
    {
        public Started(TMetrics metrics) => ArgumentNullException.ThrowIfNull(metrics);
    }
}
