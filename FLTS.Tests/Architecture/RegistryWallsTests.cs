using Mono.Cecil;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class RegistryWallsTests
{
    private const string Registry = "FLTS.Modules.Registry";
    private const string Planted = "FLTS.Tests.Architecture.Planted.Rows";

    private static IEnumerable<TypeDefinition> ModulesAndHost => Assemblies.Modules.GetTypes().Concat(Assemblies.Host.GetTypes());

    [Test]
    public void Only_the_registry_uses_the_database() =>
        Assert.That(RegistryWalls.DatabaseUsers(ModulesAndHost, Registry), Is.Empty);

    [Test]
    public void Only_the_registry_writes_rows() =>
        Assert.That(RegistryWalls.RowWriters(ModulesAndHost, Registry, RegistryWalls.Rows(Assemblies.Modules.GetTypes())), Is.Empty);

    [TestCase("ReaderWithAContext", "Registry.PlantedDbContext")]
    [TestCase("ReaderWithAFactory", "Microsoft.EntityFrameworkCore.IDbContextFactory`1")]
    [TestCase("ReaderThatQueries", "Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions")]
    public void A_planted_user_of_the_database_is_found(string type, string used)
    {
        var found = RegistryWalls.DatabaseUsers(Assemblies.Planted("Rows"), Planted + ".Registry");
        Assert.That(
            found,
            Has.Some.Matches<(string Type, string Reason)>(f =>
                f.Type == $"{Planted}.{type}" && f.Reason.EndsWith(used, StringComparison.Ordinal)));
    }

    [TestCase("WriterThatSets", "sets PlantedRow.Status")]
    [TestCase("WriterThatMakesOne", "sets PlantedRow.Id")]
    [TestCase("WriterThatCopies", "sets PlantedRow.Status")]
    public void A_planted_writer_of_rows_is_found(string type, string reason)
    {
        var rows = RegistryWalls.Rows(Assemblies.Planted("Rows"));
        Assert.That(
            RegistryWalls.RowWriters(Assemblies.Planted("Rows"), Planted + ".Registry", rows),
            Has.Member(($"{Planted}.{type}", reason)));
    }

    [Test]
    public void What_is_allowed_is_not_found()
    {
        var rows = RegistryWalls.Rows(Assemblies.Planted("Rows"));
        var found = RegistryWalls.DatabaseUsers(Assemblies.Planted("Rows"), Planted + ".Registry")
            .Concat(RegistryWalls.RowWriters(Assemblies.Planted("Rows"), Planted + ".Registry", rows))
            .Select(f => f.Type);
        Assert.That(found, Has.None.StartsWith(Planted + ".Registry.").And.None.EndsWith("ReaderOfARow"));
        Assert.That(RegistryWalls.Rows(Assemblies.Modules.GetTypes()), Has.Count.AtLeast(10), "the rows of the registry are known");
    }
}
