using System.Text.Json;
using FLTS.Modules.Inference.Windows;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
internal sealed class PredictRequestTests
{
    private static readonly TestCaseData[] _levels =
    [
        new("{}", Array.Empty<double>()),
        new("""{"level": null}""", Array.Empty<double>()),
        new("""{"level": 80}""", new[] { 80.0 }),
        new("""{"level": [95, 80.5, 95]}""", new[] { 95, 80.5 }),
    ];

    [TestCaseSource(nameof(_levels))]
    public void A_level_is_a_number_or_a_list_of_numbers(string body, double[] levels) =>
        Assert.That(Parse(body).Levels, Is.EqualTo(levels));

    [TestCase("0")]
    [TestCase("100")]
    [TestCase("-5")]
    [TestCase("\"80\"")]
    [TestCase("[80, true]")]
    [TestCase("[[80]]")]
    [TestCase("[1,2,3,4,5,6,7,8,9,10,11]")]
    public void Another_level_is_refused_with_what_would_be_right(string level) => Assert.That(
        () => Parse($$"""{"level": {{level}}}"""),
        Throws.TypeOf<InvalidInputException>().With.Message.Contains("'level' must be a percentage between 0 and 100"));

    private static PredictRequest Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        return PredictRequest.Parse(document.RootElement.Clone());
    }
}
