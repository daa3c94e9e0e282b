using System.Reflection;
using FLTS.Modules;
using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>The compiled product, and the tests' own assembly, which holds what is planted.</summary>
internal static class Assemblies
{
    public static ModuleDefinition Forecasting { get; } = Read(typeof(FltsException).Assembly);

    public static ModuleDefinition Modules { get; } = Read(typeof(ModuleCatalog).Assembly);

    public static ModuleDefinition Host { get; } = Read(typeof(Program).Assembly);

    public static ModuleDefinition Tests { get; } = Read(typeof(Assemblies).Assembly);

    public static IReadOnlyList<ModuleDefinition> Product { get; } = [Forecasting, Modules, Host];

    /// <summary>Types below the namespace of planted violations of one rule.</summary>
    public static IEnumerable<TypeDefinition> Planted(string rule) => Types(Tests, $"FLTS.Tests.Architecture.Planted.{rule}");

    /// <summary>Types, nested ones too, of a namespace and of those below it.</summary>
    public static IEnumerable<TypeDefinition> Types(ModuleDefinition module, string below) =>
        module.GetTypes().Where(t => TypeUses.IsBelow(TypeUses.Outermost(t).Namespace, below));

    private static ModuleDefinition Read(Assembly assembly) => ModuleDefinition.ReadModule(assembly.Location);
}
