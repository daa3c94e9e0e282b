using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>
/// No number is handed to libtorch as an object that nobody holds: TorchSharp makes one of a plain number (also the 1 of <c>a + b</c>), and
/// the garbage collector may free it while libtorch reads it. Seldom, a sum was another one.
/// </summary>
internal static class Tensors
{
    private const string Made = "TorchSharp.Scalar TorchSharp.Scalar::op_Implicit(";

    private static readonly Lazy<HashSet<string>> _makers = new(FindMakers);

    public static IEnumerable<string> NumbersNobodyHolds(IEnumerable<TypeDefinition> types) =>
        from type in types
        from method in type.Methods
        where method.HasBody
        from called in Calls.Called(method)
        where _makers.Value.Contains(called.FullName) || called.FullName.StartsWith(Made, StringComparison.Ordinal)
        select $"{method.FullName} calls {called.FullName}";

    /// <summary>Methods of TorchSharp that make such an object, or call one that does.</summary>
    private static HashSet<string> FindMakers()
    {
        using var torch = ModuleDefinition.ReadModule(typeof(TorchSharp.torch).Assembly.Location);
        var calls = torch.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .ToDictionary(m => m.FullName, m => Calls.Called(m).Select(c => c.FullName).ToHashSet());
        var makers = new HashSet<string>();
        for (var before = -1; before != makers.Count;)
        {
            before = makers.Count;
            makers.UnionWith(
                calls.Where(m => m.Value.Any(c => makers.Contains(c) || c.StartsWith(Made, StringComparison.Ordinal))).Select(m => m.Key));
        }

        return makers;
    }
}
