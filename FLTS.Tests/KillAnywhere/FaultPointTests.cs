using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using FLTS.Modules;
using NUnit.Framework;

namespace FLTS.Tests.KillAnywhere;

[TestFixture, Category(TestCategories.Slow)]
internal sealed partial class FaultPointTests
{
    [Test]
    public void Every_fault_point_of_the_product_is_in_the_matrix_once()
    {
        var written = Directory.EnumerateFiles(Path.Combine(Repository.Root, "FLTS.Modules"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Call().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups[1].Value);

        Assert.That(FaultPoints.All, Is.EquivalentTo(written.Append(FaultPoints.MigrationStatement)));
    }

    [Test]
    public void The_product_as_it_ships_holds_no_name_of_a_fault_point_and_nothing_that_kills()
    {
        var shipped = StringsOf(typeof(ModuleCatalog).Assembly.Location);
        var armed = StringsOf(ArmedHost.Modules);

        Assert.That(armed, Is.SupersetOf(FaultPoints.All), "names are found where they are");
        Assert.That(armed, Has.Some.EqualTo("FLTS_FAULT_POINT"));
        Assert.That(shipped.Intersect(FaultPoints.All), Is.Empty);
        Assert.That(shipped, Has.None.StartsWith("FLTS_FAULT"));
        Assert.That(
            typeof(Modules.Contracts.FaultPoint).GetMembers(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                    .Select(m => m.Name),
            Is.EqualTo(new[] { nameof(Modules.Contracts.FaultPoint.Reach) }),
            "all that is left is an empty method that nobody calls");
        Assert.That(
            typeof(Modules.Contracts.FaultPoint).GetMethod(nameof(Modules.Contracts.FaultPoint.Reach))!
                .GetMethodBody()!
                .GetILAsByteArray()!
                .Where(b => b != 0),
            Is.EqualTo(new byte[] { 0x2a }),
            "nop and ret");
    }

    /// <summary>String literals of an assembly.</summary>
    private static List<string> StringsOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var strings = new List<string>();
        for (var at = First(metadata); !at.IsNil; at = metadata.GetNextHandle(at))
            strings.Add(metadata.GetUserString(at));

        return strings;
    }

    private static UserStringHandle First(MetadataReader metadata) =>
        metadata.GetNextHandle(MetadataTokens.UserStringHandle(0));

    [GeneratedRegex("FaultPoint\\.Reach\\(\"([^\"]+)\"\\)")]
    private static partial Regex Call();
}
