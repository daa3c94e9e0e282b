using FLTS.Modules;
using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>
/// Who may use whom below a root namespace, generated from <see cref="ModuleCatalog"/>: a module uses Kit, Contracts, Registry and Storage
/// and nothing of another module, a trainer also the training flow; what they stand on knows nothing above itself. What is not in
/// <see cref="Forbidden"/> is allowed, so a module that is added later is walled in at once.
/// </summary>
internal static class ModuleWalls
{
    /// <summary>What a part may use beside itself; the parts below come first.</summary>
    private static readonly Dictionary<string, string[]> _foundations = new()
    {
        ["Kit"] = [],
        ["Contracts"] = ["Kit"],
        ["Storage"] = ["Kit", "Contracts"],
        ["Registry"] = ["Kit", "Contracts", "Storage"],
    };

    private static readonly string[] _shared = [.. _foundations.Keys];

    /// <summary>
    /// Namespaces below the root: what all stand on, the training flow, and every module of the catalog (<c>Training.Gru</c>, ...).
    /// </summary>
    public static IReadOnlyList<string> Parts { get; } =
        [.. _foundations.Keys.Append("Training").Union(ModuleCatalog.All.Select(m => m.GetType().Namespace!["FLTS.Modules.".Length..]))];

    /// <summary>Each pair of which the first must not know the second.</summary>
    public static IEnumerable<(string User, string Used)> Forbidden { get; } =
        [.. from user in Parts from used in Parts where user != used && !Allowed(user).Contains(used) select (user, used)];

    /// <summary>Types of one part that use the other.</summary>
    public static IEnumerable<string> Breaches(ModuleDefinition module, string root, string user, string used) =>
        from type in OfPart(module, root, user)
        where TypeUses.Of(type).Any(u => PartOf(u.Namespace, root) == used)
        select $"{type.FullName} uses {root}.{used}";

    /// <summary>Types of Kit that use more of FLTS than the faults of Forecasting.</summary>
    public static IEnumerable<string> MoreThanFaults(IEnumerable<TypeDefinition> kit, string forecasting) =>
        from type in kit
        from used in TypeUses.Of(type)
        where TypeUses.IsBelow(used.Namespace, forecasting) && !TypeUses.IsBelow(used.Namespace, $"{forecasting}.Faults")
        select $"{type.FullName} uses {used.Namespace}.{used.Name}";

    public static IEnumerable<TypeDefinition> OfPart(ModuleDefinition module, string root, string part) =>
        module.GetTypes().Where(t => PartOf(TypeUses.Outermost(t).Namespace, root) == part);

    private static string[] Allowed(string part) =>
        _foundations.TryGetValue(part, out var below) ? below
        : part.StartsWith("Training.", StringComparison.Ordinal) ? [.. _shared, "Training"]
        : _shared;

    /// <summary>The innermost part that a namespace belongs to: <c>Training.Gru</c> is not <c>Training</c>.</summary>
    private static string? PartOf(string space, string root) =>
        Parts.Where(p => TypeUses.IsBelow(space, $"{root}.{p}")).MaxBy(p => p.Length);
}
