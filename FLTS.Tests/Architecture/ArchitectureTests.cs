using System.Reflection;
using FLTS.Modules;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture]
internal sealed class ArchitectureTests
{
    private const string Product = "FLTS.Modules";
    private const string Planted = "FLTS.Tests.Architecture.Planted";

    private static readonly TestCaseData[] _rules =
    [
        Rule(Rules.ForeignDependencies, "PreprocessingThatUsesEvaluation"),
        Rule(Rules.ForeignDependencies, "GruThatKnowsLstm"),
        Rule(Rules.ForeignDependencies, "PipelineThatUsesTraining"),
        Rule(Rules.ForeignDependenciesOfTraining, "TrainingThatKnowsATrainer"),
        Rule(Rules.ForeignDependenciesOfTraining, "TrainingThatUsesEvaluation"),
        Rule(Rules.UpwardDependencies, "RegistryThatKnowsInference"),
        Rule(Rules.UpwardDependencies, "StorageThatKnowsTraining"),
        Rule(Rules.FrameworksInForecasting, "ForecasterWithADatabase"),
        Rule(Rules.FrameworksInForecasting, "ForecasterOnTheBus"),
        Rule(Rules.OpenWorkers, "PublicOptions"),
        Rule(Rules.OpenWorkers, "OpenConsumer"),
        Rule(Rules.OpenWorkers, "OpenJob"),
        Rule(Rules.OpenWorkers, "OpenContext"),
        Rule(Rules.WeakEvents, "InternalEvent"),
        Rule(Rules.WeakEvents, "EventThatIsNoRecord"),
        Rule(Rules.ClocksAndChance, "OwnClock"),
        Rule(Rules.ClocksAndChance, "UnseededChance"),
        Rule(Rules.NumbersNobodyHolds, "SumOfTensors"),
        Rule(Rules.NumbersNobodyHolds, "TensorTimesNumber"),
    ];

    [TestCaseSource(nameof(_rules))]
    public void The_product_keeps_the_rule_and_a_planted_violation_breaks_it(Func<Assembly, string, IEnumerable<string>> rule, string violation)
    {
        Assert.That(rule(typeof(ModuleCatalog).Assembly, Product), Is.Empty);
        Assert.That(rule(typeof(ArchitectureTests).Assembly, Planted), Has.Some.Contains(violation), "the rule cannot fail: it did not find what was planted");
    }

    [Test]
    public void The_host_has_no_clock_and_no_chance_of_its_own() =>
        Assert.That(Rules.ClocksAndChance(typeof(Program).Assembly, "FLTS.Host"), Is.Empty);

    [Test]
    public void Every_module_is_in_the_catalog_once()
    {
        var written = typeof(ModuleCatalog).Assembly.GetTypes().Where(t => t is { IsAbstract: false, IsInterface: false } && typeof(IModule).IsAssignableFrom(t));

        Assert.That(ModuleCatalog.All.Select(m => m.GetType()), Is.EquivalentTo(written));
        Assert.That(ModuleCatalog.All.Select(m => m.Name), Is.Unique);
    }

    private static TestCaseData Rule(Func<Assembly, string, IEnumerable<string>> rule, string violation) =>
        new TestCaseData(rule, violation).SetArgDisplayNames(rule.Method.Name, violation);
}
