using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>Methods and constructors with more parameters than a reader keeps in mind.</summary>
internal static class Parameters
{
    public const int Most = 7;

    /// <summary>
    /// Each with its count, as <c>Namespace.Type.Method: 8</c>. Not counted: what a compiler wrote, what native code or a framework's
    /// interface prescribes, and positional records that are plain views of data: each parameter is a property of the same name and type.
    /// </summary>
    public static IEnumerable<string> TooMany(IEnumerable<TypeDefinition> types) =>
        from type in types
        where !IsGenerated(type)
        from method in type.Methods
        let count = method.Parameters.Count(p => !IsClosure(p.ParameterType))
        where count > Most
            && !IsGenerated(method)
            && !method.IsPInvokeImpl
            && !IsPrescribed(method)
            && !(method.IsConstructor && IsPositional(method))
        where !(method.Name == "Deconstruct" && type.Methods.Any(m => m.IsConstructor && IsPositional(m)))
        select $"{type.FullName.Replace('/', '.')}.{Name(method)}: {count}";

    private static string Name(MethodDefinition method) =>
        method.IsConstructor ? "ctor"
            : IsLocal(method) ? method.Name[(method.Name.IndexOf("g__", StringComparison.Ordinal) + 3)..method.Name.IndexOf('|')]
            : method.Name;

    /// <summary>A local function: <c>&lt;Outer&gt;g__Inner|1_0</c>.</summary>
    private static bool IsLocal(IMemberDefinition member) =>
        member is MethodDefinition && member.Name.Contains(">g__", StringComparison.Ordinal);

    /// <summary>What a local function reads of the method around it comes as a parameter more.</summary>
    private static bool IsClosure(TypeReference type) =>
        type is ByReferenceType && type.GetElementType().Name.Contains("DisplayClass", StringComparison.Ordinal);

    /// <summary>
    /// Names of the compiler's own contain signs that source cannot; a generator signs what it wrote, except partial methods.
    /// </summary>
    private static bool IsGenerated(IMemberDefinition member) =>
        (!IsLocal(member)
            && (member.Name.Contains('<') || member.CustomAttributes.Any(a => a.AttributeType.Name is "CompilerGeneratedAttribute")))
        || (member is TypeDefinition && member.CustomAttributes.Any(a => a.AttributeType.Name is "GeneratedCodeAttribute"))
        || (member is TypeDefinition type
            && (type.Namespace.StartsWith("System.", StringComparison.Ordinal) || type.BaseType?.Name == "MulticastDelegate"))
        || (member.DeclaringType is { } outer && IsGenerated(outer));

    private static bool IsPrescribed(MethodDefinition method) =>
        (method is { IsVirtual: true, IsNewSlot: false }) || method.HasOverrides
        || (method.IsVirtual
            && !method.DeclaringType.IsInterface
            && method.DeclaringType.Interfaces.Any(i => !i.InterfaceType.FullName.StartsWith("FLTS", StringComparison.Ordinal)));

    private static bool IsPositional(MethodDefinition constructor) =>
        constructor.DeclaringType.Methods.Any(m => m.Name is "<Clone>$" or "PrintMembers")
        && constructor.Parameters.All(p =>
            constructor.DeclaringType.Properties.Any(q => q.Name == p.Name && q.PropertyType.FullName == p.ParameterType.FullName));
}
