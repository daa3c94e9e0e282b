using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>The registry alone holds the database: nothing outside of it uses a context or Entity Framework, or writes a row.</summary>
internal static class RegistryWalls
{
    private const string EntityFramework = "Microsoft.EntityFrameworkCore";

    /// <summary>
    /// Types outside <paramref name="registry"/> that use a database context, its factory or anything else of Entity Framework.
    /// </summary>
    public static IEnumerable<(string Type, string Reason)> DatabaseUsers(IEnumerable<TypeDefinition> types, string registry) =>
        from type in types
        where !TypeUses.IsBelow(TypeUses.Outermost(type).Namespace, registry)
        from used in TypeUses.Of(type)
        where TypeUses.IsBelow(used.Namespace, EntityFramework)
            || (TypeUses.IsBelow(used.Namespace, registry) && used.Name.EndsWith("DbContext", StringComparison.Ordinal))
        select (TypeUses.Outermost(type).FullName, $"uses {used.Namespace}.{used.Name}");

    /// <summary>
    /// Types outside <paramref name="registry"/> that set a property or field of a row, also in an initializer or a <c>with</c>.
    /// </summary>
    /// <param name="types">Where to look.</param>
    /// <param name="registry">Namespace that may.</param>
    /// <param name="rows">Full names of the row types.</param>
    public static IEnumerable<(string Type, string Reason)> RowWriters(
        IEnumerable<TypeDefinition> types, string registry, IReadOnlySet<string> rows) =>
        from type in types
        where !TypeUses.IsBelow(TypeUses.Outermost(type).Namespace, registry)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference called
            && called.Name.StartsWith("set_", StringComparison.Ordinal)
            && rows.Contains(called.DeclaringType.FullName)
        let setter = (MethodReference)instruction.Operand
        select (TypeUses.Outermost(type).FullName, $"sets {setter.DeclaringType.Name}.{setter.Name["set_".Length..]}");

    /// <summary>Row types: what the contexts of a module keep sets of, and what brings its own table.</summary>
    public static IReadOnlySet<string> Rows(IEnumerable<TypeDefinition> types) => types
        .Where(t => t.Name.EndsWith("DbContext", StringComparison.Ordinal))
        .SelectMany(t => t.Properties)
        .Select(p => p.PropertyType)
        .Concat(types.SelectMany(t => t.Interfaces).Select(i => i.InterfaceType))
        .OfType<GenericInstanceType>()
        .Where(t => t.Name is "DbSet`1" or "IEntityTypeConfiguration`1")
        .Select(t => t.GenericArguments[0].FullName)
        .ToHashSet();
}
