using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Finds steps and their work: to add one, its files suffice.</summary>
internal static class StepServices
{
    /// <summary>Every declared step, and what runs them.</summary>
    public static IServiceCollection AddSteps(this IServiceCollection services)
    {
        foreach (var step in typeof(Step).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(Step))))
        {
            services.AddSingleton(step);
            services.AddSingleton(BaseOf(step, typeof(Step<>))!, p => p.GetRequiredService(step));
            services.AddSingleton(typeof(Step), p => p.GetRequiredService(step));
        }

        return services
            .AddSingleton<ILeases, RegistryLeases>()
            .AddMetrics<StepMetrics>()
            .AddSingleton<EventPublisher>()
            .AddSingleton<UnfinishedWorkReader>()
            .AddTransient<IStepJob, StepJob>();
    }

    /// <summary>The work of the steps that a module does: the classes in the namespace of one of its types.</summary>
    public static IServiceCollection AddStepWorkBeside(this IServiceCollection services, Type type)
    {
        foreach (var work in type.Assembly.GetTypes().Where(t => t.Namespace == type.Namespace && !t.IsAbstract))
        {
            if (BaseOf(work, typeof(StepWork<>)) is not { } known)
                continue;

            services.TryAddTransient(known, work);
            services.TryAddEnumerable(
                ServiceDescriptor.Singleton(typeof(ILeasedStep), typeof(LeasedStep<>).MakeGenericType(known.GenericTypeArguments)));
        }

        return services;
    }

    /// <summary>The closed form of an open base class; null where it is none.</summary>
    private static Type? BaseOf(Type type, Type open)
    {
        for (var known = type.BaseType; known is not null; known = known.BaseType)
        {
            if (known.IsGenericType && known.GetGenericTypeDefinition() == open)
                return known;
        }

        return null;
    }
}
