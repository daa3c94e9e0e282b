using Mono.Cecil;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture]
internal sealed class RegistryWallsTests
{
    private const string Registry = "FLTS.Modules.Registry";
    private const string Planted = "FLTS.Tests.Architecture.Planted.Rows";

    /// <summary>Not moved into the registry yet. An entry that no longer breaks the rule fails the test: it only gets shorter.</summary>
    private static readonly string[] _databaseUsersYet =
    [
        "FLTS.Modules.Evaluation.EvaluationStore", "FLTS.Modules.Evaluation.ManualStore", "FLTS.Modules.Evaluation.PromotionRows",
        "FLTS.Modules.Evaluation.RollbackService",
        "FLTS.Modules.Inference.NewestRows", "FLTS.Modules.Inference.ServedModelLoader",
        "FLTS.Modules.Pipeline.CancelService", "FLTS.Modules.Pipeline.Generations", "FLTS.Modules.Pipeline.PipelineReader",
        "FLTS.Modules.Pipeline.PipelineService", "FLTS.Modules.Pipeline.Reconciler", "FLTS.Modules.Pipeline.RerunService",
        "FLTS.Modules.Pipeline.Retraining",
        "FLTS.Modules.Preprocessing.DatasetTransitions",
        "FLTS.Modules.Training.QueuedRuns", "FLTS.Modules.Training.RunTransitions", "FLTS.Modules.Training.StagingSweep",
    ];

    /// <summary>As <see cref="_databaseUsersYet"/>, for those who set a row's properties.</summary>
    private static readonly string[] _rowWritersYet =
    [
        "FLTS.Modules.Evaluation.EvaluationStore", "FLTS.Modules.Evaluation.ManualStore", "FLTS.Modules.Evaluation.PromoteService",
        "FLTS.Modules.Evaluation.PromotionRows", "FLTS.Modules.Evaluation.RollbackService",
        "FLTS.Modules.Pipeline.Generations", "FLTS.Modules.Pipeline.PipelineService",
        "FLTS.Modules.Preprocessing.LocalPreprocess",
        "FLTS.Modules.Training.RunTransitions",
    ];

    private static IEnumerable<TypeDefinition> ModulesAndHost => Assemblies.Modules.GetTypes().Concat(Assemblies.Host.GetTypes());

    [Test]
    public void Only_the_registry_uses_the_database()
    {
        var found = RegistryWalls.DatabaseUsers(ModulesAndHost, Registry).ToList();
        Assert.That(
            found.Select(f => f.Type).Distinct(),
            Is.EquivalentTo(_databaseUsersYet),
            string.Join('\n', found.Where(f => !_databaseUsersYet.Contains(f.Type))));
    }

    [Test]
    public void Only_the_registry_writes_rows()
    {
        var found = RegistryWalls.RowWriters(ModulesAndHost, Registry, RegistryWalls.Rows(Assemblies.Modules.GetTypes())).ToList();
        Assert.That(
            found.Select(f => f.Type).Distinct(),
            Is.EquivalentTo(_rowWritersYet),
            string.Join('\n', found.Where(f => !_rowWritersYet.Contains(f.Type))));
    }

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
