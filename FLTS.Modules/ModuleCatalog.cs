namespace FLTS.Modules;

/// <summary>Every module, in flow order. The host registers from it and the architecture tests read their rules from it.</summary>
public static class ModuleCatalog
{
    public static IReadOnlyList<IModule> All { get; } = [];
}
