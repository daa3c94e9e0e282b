using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>Who puts work on other threads: what computes does it through the two that keep a bound and can be cancelled.</summary>
internal static class Threads
{
    private static readonly string[] _types =
    [
        "System.Threading.Tasks.Parallel", "System.Linq.ParallelEnumerable", "System.Threading.ThreadPool",
        "System.Threading.Tasks.TaskFactory", "System.Threading.Tasks.TaskFactory`1",
    ];

    /// <summary>Outermost types that call anything of these, <c>Task.Run</c>, or make a thread; with the call.</summary>
    public static IEnumerable<(string Type, string Call)> Users(IEnumerable<TypeDefinition> types) =>
        from type in types
        from method in type.Methods
        where method.HasBody
        from called in Calls.Called(method)
        where _types.Contains(called.DeclaringType.GetElementType().FullName)
            || (called.DeclaringType.FullName, called.Name) is
                ("System.Threading.Tasks.Task", "Run") or ("System.Threading.Thread", ".ctor")
        select (TypeUses.Outermost(type).FullName, $"{called.DeclaringType.Name}.{called.Name}");
}
