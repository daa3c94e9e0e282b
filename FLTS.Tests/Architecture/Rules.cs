using System.Reflection;
using FLTS.Modules;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Mono.Cecil;
using NetArchTest.Rules;

namespace FLTS.Tests.Architecture;

/// <summary>
/// The rules between modules, generated from <see cref="ModuleCatalog"/>. Each takes the assembly and the root namespace it is about, so that the
/// same rule is run on the product (nothing may be found) and on planted violations (they must be found).
/// </summary>
internal static class Rules
{
    private static readonly string[] _shared = ["Contracts", "Forecasting", "Registry", "Storage"];

    private static readonly string[] _frameworks = ["Microsoft.EntityFrameworkCore", "MassTransit", "Hangfire", "Microsoft.AspNetCore", "Npgsql", "Amazon"];

    private static readonly string[] _clocks =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Random::get_Shared",
    ];

    /// <summary>Namespaces of the modules below a root, in flow order: <c>Preprocessing</c>, <c>Training.Gru</c>, ...</summary>
    public static IReadOnlyList<string> Modules { get; } =
        [.. ModuleCatalog.All.Select(m => m.GetType().Namespace!["FLTS.Modules.".Length..])];

    /// <summary>A module uses the shared ones and nothing of another module; trainers stand on the training flow and do not know each other.</summary>
    public static IEnumerable<string> ForeignDependencies(Assembly assembly, string root)
    {
        foreach (var module in Modules)
        {
            var isTrainer = module.StartsWith("Training.", StringComparison.Ordinal);
            var foreign = Modules.Where(m => m != module && !_shared.Contains(m)).Concat(isTrainer ? [] : ["Training"]).Select(m => $"{root}.{m}").ToArray();
            foreach (var type in Failing(Types.InAssembly(assembly).That().ResideInNamespace($"{root}.{module}").ShouldNot().HaveDependencyOnAny(foreign)))
                yield return $"{type} uses another module than {string.Join(", ", _shared)}";
        }
    }

    /// <summary>The training flow, on which the trainers stand, knows neither them nor any other module.</summary>
    public static IEnumerable<string> ForeignDependenciesOfTraining(Assembly assembly, string root)
    {
        var trainers = Modules.Where(m => m.StartsWith("Training.", StringComparison.Ordinal)).Select(m => $"{root}.{m}").ToArray();
        var foreign = Modules.Where(m => !_shared.Contains(m)).Select(m => $"{root}.{m}").ToArray();
        var types = Types.InAssembly(assembly).That().ResideInNamespace($"{root}.Training");
        foreach (var trainer in trainers)
            types = types.And().DoNotResideInNamespace(trainer);
        foreach (var type in Failing(types.ShouldNot().HaveDependencyOnAny(foreign)))
            yield return $"{type} knows a module beside the training flow";
    }

    /// <summary>What all modules stand on knows none of them.</summary>
    public static IEnumerable<string> UpwardDependencies(Assembly assembly, string root)
    {
        var above = Modules.Where(m => !_shared.Contains(m)).Select(m => $"{root}.{m}").Append($"{root}.Training").ToArray();
        foreach (var shared in _shared)
        {
            foreach (var type in Failing(Types.InAssembly(assembly).That().ResideInNamespace($"{root}.{shared}").ShouldNot().HaveDependencyOnAny(above)))
                yield return $"{type} knows a module that stands on it";
        }
    }

    /// <summary>The numerical core knows no database, bus, jobs or web.</summary>
    public static IEnumerable<string> FrameworksInForecasting(Assembly assembly, string root) =>
        Failing(Types.InAssembly(assembly).That().ResideInNamespace($"{root}.Forecasting").ShouldNot().HaveDependencyOnAny(_frameworks))
            .Select(t => $"{t} uses one of {string.Join(", ", _frameworks)}");

    /// <summary>Consumers, jobs, options and contexts are internal and sealed (a base that cannot be made may stay open).</summary>
    public static IEnumerable<string> OpenWorkers(Assembly assembly, string root) => assembly.GetTypes()
        .Where(t => t is { IsClass: true } && t.Namespace?.StartsWith(root, StringComparison.Ordinal) == true)
        .Where(t => typeof(IConsumer).IsAssignableFrom(t) || typeof(DbContext).IsAssignableFrom(t) || t.Name.EndsWith("Job", StringComparison.Ordinal)
            || (t.Name.EndsWith("Options", StringComparison.Ordinal) && t.GetField("Section") is not null))
        .Where(t => t.IsVisible || !(t.IsSealed || t.IsAbstract))
        .Select(t => $"{t.FullName} must be internal and sealed");

    /// <summary>Events are public records: MassTransit gives others weaker exchanges.</summary>
    public static IEnumerable<string> WeakEvents(Assembly assembly, string root) => assembly.GetTypes()
        .Where(t => t.Namespace?.StartsWith(root, StringComparison.Ordinal) == true && t.GetCustomAttribute<EntityNameAttribute>() is not null)
        .Where(t => !t.IsVisible || t.GetMethod("<Clone>$") is null)
        .Select(t => $"{t.FullName} must be a public record");

    /// <summary>No clock but TimeProvider, no random number without a seed.</summary>
    public static IEnumerable<string> ClocksAndChance(Assembly assembly, string root)
    {
        using var module = AssemblyDefinition.ReadAssembly(assembly.Location);
        foreach (var method in module.MainModule.GetTypes().Where(t => t.FullName.StartsWith(root, StringComparison.Ordinal)).SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var called in method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>())
            {
                var name = $"{called.DeclaringType.FullName}::{called.Name}";
                if (_clocks.Contains(name) || (name == "System.Random::.ctor" && called.Parameters.Count == 0))
                    yield return $"{method.FullName} calls {name}";
            }
        }
    }

    /// <summary>
    /// No number is handed to libtorch as an object that nobody holds: TorchSharp makes one of a plain number (also the 1 of <c>a + b</c>),
    /// and the garbage collector may free it while libtorch reads it. Seldom, a sum was another one.
    /// </summary>
    public static IEnumerable<string> NumbersNobodyHolds(Assembly assembly, string root)
    {
        using var torch = ModuleDefinition.ReadModule(typeof(TorchSharp.torch).Assembly.Location);
        var calls = torch.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).ToDictionary(m => m.FullName, m => Called(m).Select(c => c.FullName).ToHashSet());
        const string made = "TorchSharp.Scalar TorchSharp.Scalar::op_Implicit(";
        var makers = new HashSet<string>();
        for (var before = -1; before != makers.Count;)
        {
            before = makers.Count;
            makers.UnionWith(calls.Where(m => m.Value.Any(c => makers.Contains(c) || c.StartsWith(made, StringComparison.Ordinal))).Select(m => m.Key));
        }

        using var module = AssemblyDefinition.ReadAssembly(assembly.Location);
        foreach (var method in module.MainModule.GetTypes().Where(t => t.FullName.StartsWith(root, StringComparison.Ordinal)).SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var called in Called(method).Where(c => makers.Contains(c.FullName) || c.FullName.StartsWith(made, StringComparison.Ordinal)))
                yield return $"{method.FullName} calls {called.FullName}";
        }

        static IEnumerable<MethodReference> Called(MethodDefinition method) =>
            method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>().Select(c => c.GetElementMethod());
    }

    private static IEnumerable<string> Failing(ConditionList rule) => rule.GetResult().FailingTypeNames ?? [];
}
