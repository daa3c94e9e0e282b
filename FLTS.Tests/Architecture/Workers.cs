using System.Reflection;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Tests.Architecture;

/// <summary>What only the module itself makes is closed; what goes over the bus is open.</summary>
internal static class Workers
{
    /// <summary>
    /// Consumers, jobs, options and contexts that are not internal and sealed (a base that cannot be made need not be sealed).
    /// </summary>
    public static IEnumerable<string> Open(Assembly assembly, string root) => Classes(assembly, root)
        .Where(t =>
            typeof(IConsumer).IsAssignableFrom(t)
                || typeof(DbContext).IsAssignableFrom(t)
                || t.Name.EndsWith("Job", StringComparison.Ordinal)
                    || (t.Name.EndsWith("Options", StringComparison.Ordinal) && t.GetField("Section") is not null))
        .Where(t => t.IsVisible || !(t.IsSealed || t.IsAbstract))
        .Select(t => $"{t.FullName} must be internal and sealed");

    /// <summary>Events that are not public, no record or without a namespace: MassTransit gives those weaker exchanges or names.</summary>
    public static IEnumerable<string> WeakEvents(Assembly assembly) => assembly.GetTypes()
        .Where(t => t.GetCustomAttribute<EntityNameAttribute>() is not null)
        .Where(t => !t.IsVisible || t.GetMethod("<Clone>$") is null || string.IsNullOrEmpty(t.Namespace))
        .Select(t => $"{t.FullName} must be a public record with a namespace");

    private static IEnumerable<Type> Classes(Assembly assembly, string root) => assembly.GetTypes()
        .Where(t => t is { IsClass: true } && t.Namespace is { } space && TypeUses.IsBelow(space, root));
}
