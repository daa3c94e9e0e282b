using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>Calls that no method of the product may hold.</summary>
internal static class Calls
{
    /// <summary>Clocks beside TimeProvider, and chance without a seed; a name before <c>::</c> alone stands for all members.</summary>
    public static IReadOnlyList<string> ClocksAndChance { get; } =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Environment::get_TickCount", "System.Environment::get_TickCount64",
        "System.Diagnostics.Stopwatch::",
        "System.Random::get_Shared", "System.Random::.ctor()",
    ];

    /// <summary>Methods, by their outermost type, that call one of these.</summary>
    public static IEnumerable<(string Type, string Call)> Of(IEnumerable<TypeDefinition> types, IReadOnlyCollection<string> forbidden) =>
        from type in types
        from method in type.Methods
        where method.HasBody
        from called in Called(method)
        let name = $"{called.DeclaringType.FullName}::{called.Name}{(called.HasParameters ? "" : "()")}"
        where forbidden.Any(f => f.EndsWith("()", StringComparison.Ordinal) ? name == f
            : f.EndsWith("::", StringComparison.Ordinal) ? name.StartsWith(f, StringComparison.Ordinal)
            : name == f + "()")
        select (TypeUses.Outermost(type).FullName, $"{method.Name} calls {name}");

    public static IEnumerable<MethodReference> Called(MethodDefinition method) =>
        method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>().Select(c => c.GetElementMethod());
}
