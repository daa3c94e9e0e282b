using System.Reflection;
using FLTS.Host.Hosting;
using FLTS.Modules;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class CirclesTests
{
    private const string Planted = "FLTS.Tests.Architecture.Planted.Circular";

    private static readonly Assembly _forecasting = typeof(ForecasterCatalog).Assembly;

    private static readonly Assembly _tests = typeof(CirclesTests).Assembly;

    [TestCase(typeof(ForecasterCatalog), "FLTS.Forecasting")]
    [TestCase(typeof(ModuleCatalog), "FLTS.Modules")]
    [TestCase(typeof(Server), "FLTS.Host")]
    public void No_folder_uses_one_that_uses_it(Type inside, string root) =>
        Assert.That(Circles.BetweenNamespaces(inside.Assembly, root), Is.Empty);

    [TestCaseSource(nameof(NamespacesOfForecasting))]
    public void No_file_of_a_folder_uses_one_that_uses_it(string folder) =>
        Assert.That(Circles.BetweenFiles(_forecasting, folder), Is.Empty);

    [Test]
    public void A_planted_circle_of_folders_is_found() =>
        Assert.That(
            Circles.BetweenNamespaces(_tests, Planted),
            Has.One.EqualTo($"{Planted}, {Planted}.Below: Above uses Under; Under uses Above"));

    [Test]
    public void A_planted_circle_of_files_is_found_through_nested_types_and_bodies() =>
        Assert.That(Circles.BetweenFiles(_tests, Planted), Has.One.EqualTo("Circular, CircularEgg: Hen uses Egg; Egg uses Hen"));

    private static IEnumerable<string> NamespacesOfForecasting() => _forecasting.GetTypes()
        .Select(t => t.Namespace)
        .OfType<string>()
        .Where(n => n.StartsWith("FLTS.Forecasting", StringComparison.Ordinal))
        .Distinct()
        .Order(StringComparer.Ordinal);
}
