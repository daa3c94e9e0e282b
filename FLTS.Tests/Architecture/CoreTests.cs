using Mono.Cecil;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

/// <summary>The numerical core refers to nothing of the service around it: neither its assembly nor a type of it.</summary>
[TestFixture, Parallelizable]
internal sealed class CoreTests
{
    /// <summary>How names of assemblies begin, how namespaces do, and the planted type that uses them.</summary>
    private static readonly TestCaseData[] _frameworks =
    [
        new("Microsoft.AspNetCore", "Microsoft.AspNetCore", "ForecasterOnTheWeb"),
        new("Hangfire", "Hangfire", "ForecasterAsAJob"),
        new("MassTransit", "MassTransit", "ForecasterOnTheBus"),
        new("Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore", "ForecasterWithADatabase"),
        new("Npgsql", "Npgsql", "ForecasterOnPostgres"),
        new("AWSSDK", "Amazon", "ForecasterInTheCloud"),
        new("Microsoft.Extensions.Hosting", "Microsoft.Extensions.Hosting", "ForecasterAsAService"),
        new("FLTS.Modules", "FLTS.Modules", "ForecasterThatKnowsAModule"),
    ];

    [TestCaseSource(nameof(_frameworks))]
    public void The_numerical_core_does_not_know(string assembly, string space, string planted)
    {
        Assert.That(References(Assemblies.Forecasting, assembly), Is.Empty);
        Assert.That(Users(Assemblies.Forecasting.GetTypes(), space), Is.Empty);

        Assert.That(References(Assemblies.Tests, assembly), Is.Not.Empty, "the rule cannot fail: this assembly refers to all of them");
        Assert.That(
            Users(Assemblies.Planted("Core"), space),
            Is.EqualTo(new[] { planted }),
            "the rule cannot fail: it did not find what was planted");
    }

    private static IEnumerable<string> References(ModuleDefinition module, string framework) =>
        module.AssemblyReferences.Select(r => r.Name).Where(n => n.StartsWith(framework, StringComparison.Ordinal));

    private static IEnumerable<string> Users(IEnumerable<TypeDefinition> types, string space) =>
        types.Where(t => TypeUses.Of(t).Any(u => TypeUses.IsBelow(u.Namespace, space))).Select(t => t.Name);
}
