using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class SourcesTests
{
    /// <summary>Files that may be longer, each with its reason. An entry that no longer is fails the test.</summary>
    private static readonly Dictionary<string, string> _long = new()
    {
        ["FLTS.Tests/Datasets/DatasetsOverHttpTests.cs"] = "what the outside contract says of one resource, case by case",
        ["FLTS.Tests/Training/TrainingServiceTests.cs"] = "one service through all its ends",
        ["FLTS.Tests/Datasets/BadDatasetsTests.cs"] = "what is refused or mended in a source, case by case",
        ["FLTS.Tests/Forecasting/Preparation/DatasetPreparerTests.cs"] = "one step through all its options",
    };

    [Test]
    public void No_file_is_longer_than_three_hundred_lines() =>
        Assert.That(Sources.LongFiles(Sources.OfRepository()), Is.EquivalentTo(_long.Keys));

    [Test]
    public void No_line_is_wider_than_140_columns() => Assert.That(Sources.WideLines(Sources.OfRepository()), Is.Empty);

    [Test]
    public void A_planted_wide_line_is_found()
    {
        var (fits, wide) = (new string('x', 140), new string('x', 141));
        Assert.That(Sources.WideLines([("a.cs", $"{fits}\n{wide}\r\n{fits}\r\n")]), Is.EqualTo(new[] { "a.cs:2: 141" }));
    }

    [Test]
    public void A_planted_long_file_is_found()
    {
        string Text(int lines) => string.Concat(Enumerable.Repeat("//\n", lines));
        Assert.That(Sources.LongFiles([("short.cs", Text(300)), ("long.cs", Text(301))]), Is.EqualTo(new[] { "long.cs" }));
    }

    [Test]
    public void The_whole_source_is_looked_at()
    {
        var paths = Sources.OfRepository().Select(f => f.Path).ToList();
        Assert.That(
            paths,
            Has.Member("FLTS.Modules/ModuleCatalog.cs")
                .And.Member("FLTS.Tests/Architecture/SourcesTests.cs")
                .And.Member("FLTS.Host/Hosting/Server.cs"));
        Assert.That(paths, Has.Some.StartsWith("FLTS.Modules/Forecasting/").And.None.Contains("/obj/").And.None.Contains("/Migrations/"));
    }
}
