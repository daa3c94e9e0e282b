using NUnit.Framework;

namespace FLTS.Tests.Architecture;

/// <summary>No clock but TimeProvider, no random number without a seed: what the tests set is what the product sees.</summary>
[TestFixture, Parallelizable]
internal sealed class ClocksTests
{
    private static IEnumerable<TestCaseData> Forbidden => Calls.ClocksAndChance.Select(c => new TestCaseData(c).SetArgDisplayNames(c));

    [TestCaseSource(nameof(Forbidden))]
    public void The_product_does_not_call(string forbidden)
    {
        Assert.That(Calls.Of(Assemblies.Product.SelectMany(m => m.GetTypes()), [forbidden]), Is.Empty);

        var planted = Calls.Of(Assemblies.Planted("Clocks"), [forbidden]);
        Assert.That(
            planted.Select(f => f.Call),
            Has.Some.StartsWith($"Own_{Name(forbidden)} calls"),
            "the rule cannot fail: it did not find what was planted");
        Assert.That(planted.Select(f => f.Call), Has.All.StartsWith($"Own_{Name(forbidden)}"), "and nothing else");
    }

    private static string Name(string call) => string.Concat(call.Split("System.")[1].Where(char.IsLetterOrDigit));
}
