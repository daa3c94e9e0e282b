using System.Collections.Concurrent;
using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FLTS.Tests.Architecture;

/// <summary>
/// Circles of use, between namespaces (folders) and between files of one namespace. A file is its top-level types: what a nested or
/// generated type uses, the type around it uses. Uses are read from IL: base types, members, attributes, bodies; a constant is copied by
/// the compiler and leaves no trace.
/// </summary>
internal static class Circles
{
    /// <summary>Read once: with symbols that takes as long as all the rest. They stay open, for their types are read lazily.</summary>
    private static readonly ConcurrentDictionary<Assembly, ModuleDefinition> _modules = [];

    /// <summary>
    /// Namespaces from <paramref name="root"/> down that use each other in a circle, each as <c>A, B</c> with the types that make it.
    /// </summary>
    public static IReadOnlyList<string> BetweenNamespaces(Assembly assembly, string root)
    {
        var uses = UsesOf(assembly, name => name == root || name.StartsWith(root + ".", StringComparison.Ordinal));
        return Of(uses, type => type.Namespace);
    }

    /// <summary>Files of exactly this namespace that use each other in a circle; types that one file declares count as one.</summary>
    public static IReadOnlyList<string> BetweenFiles(Assembly assembly, string @namespace)
    {
        var uses = UsesOf(assembly, name => name == @namespace);
        return Of(uses, type => FileOf(type) ?? type.Name);
    }

    private static List<(TypeDefinition From, TypeDefinition To)> UsesOf(Assembly assembly, Func<string, bool> isInside)
    {
        var module = _modules.GetOrAdd(
            assembly,
            a => ModuleDefinition.ReadModule(
                a.Location, new ReaderParameters { ReadSymbols = true, ReadingMode = ReadingMode.Immediate, InMemory = true }));
        var types = module.Types.Where(t => isInside(t.Namespace)).ToDictionary(t => t.FullName, StringComparer.Ordinal);
        return
        [
            .. from type in types.Values
               from used in WithNested(type).SelectMany(Used).Select(TopLevel).Distinct()
               where used != type.FullName && types.ContainsKey(used)
               select (type, types[used]),
        ];
    }

    private static string[] Of(List<(TypeDefinition From, TypeDefinition To)> uses, Func<TypeDefinition, string> place)
    {
        var between = uses.Select(u => (From: place(u.From), To: place(u.To), Types: $"{u.From.Name} uses {u.To.Name}"))
            .Where(u => u.From != u.To)
            .ToArray();
        var next = between.ToLookup(u => u.From, u => u.To, StringComparer.Ordinal);
        var reached = next.ToDictionary(n => n.Key, n => Reached(n.Key, next), StringComparer.Ordinal);
        return
        [
            .. reached.Where(r => r.Value.Contains(r.Key))
                .Select(r => r.Value.Where(other => reached.TryGetValue(other, out var back) && back.Contains(r.Key))
                    .Order(StringComparer.Ordinal)
                    .ToArray())
                .DistinctBy(circle => string.Join('|', circle))
                .Select(circle =>
                    $"{string.Join(", ", circle)}: "
                    + $"{string.Join("; ", between.Where(u => circle.Contains(u.From) && circle.Contains(u.To)).Select(u => u.Types))}"),
        ];
    }

    private static HashSet<string> Reached(string from, ILookup<string, string> next)
    {
        var (reached, waiting) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([from]));
        while (waiting.TryPop(out var at))
        {
            foreach (var other in next[at].Where(reached.Add))
                waiting.Push(other);
        }

        return reached;
    }

    /// <summary>
    /// The file most of a type's code stands in, from the portable pdb; null for a type without code (an interface, an enumeration).
    /// </summary>
    private static string? FileOf(TypeDefinition type) => WithNested(type)
        .SelectMany(t => t.Methods)
        .Where(m => m.DebugInformation.HasSequencePoints)
        .Select(m => Path.GetFileName(m.DebugInformation.SequencePoints[0].Document.Url))
        .GroupBy(f => f)
        .OrderByDescending(f => f.Count())
        .Select(f => Path.GetFileNameWithoutExtension(f.Key))
        .FirstOrDefault();

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => [type, .. type.NestedTypes.SelectMany(WithNested)];

    private static IEnumerable<TypeReference> Used(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. Constraints(type),
            .. Attributes(type),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Properties.Select(p => p.PropertyType),
            .. type.Methods.SelectMany(Used),
        ];
        return direct.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> Used(MethodDefinition method)
    {
        IEnumerable<TypeReference?> signature =
            [method.ReturnType, .. method.Parameters.Select(p => p.ParameterType), .. Constraints(method), .. Attributes(method)];
        if (!method.HasBody)
            return signature;
        return
        [
            .. signature,
            .. method.Body.Variables.Select(v => v.VariableType),
            .. method.Body.ExceptionHandlers.Select(h => h.CatchType),
            .. method.Body.Instructions.SelectMany(Used),
        ];
    }

    private static IEnumerable<TypeReference?> Used(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [.. Called(method), .. method.GenericArguments],
        MethodReference method => Called(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> Called(MethodReference method) =>
        [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)];

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    private static IEnumerable<TypeReference> Attributes(Mono.Cecil.ICustomAttributeProvider provider) =>
        provider.CustomAttributes.Select(a => a.AttributeType);

    /// <summary>A type with what it is made of: elements of arrays, arguments of generics.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static string TopLevel(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type.FullName;
    }
}
