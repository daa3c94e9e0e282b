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
        Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
            $"'level' is {level}; it must be a percentage between 0 and 100 such as 80, or a list of at most 10 of them."));

    [TestCase("""{"levels": 80}""", "Unknown field 'levels'; known are data, index_col, inference_length, identifier, level")]
    [TestCase("""{"level": 80, "level": 90}""", "'level' is given twice.")]
    [TestCase("""{"inference_length": "5"}""", "'inference_length' is \"5\"; it must be a whole number from 1 to 2147483647.")]
    [TestCase("""{"inference_length": 0}""", "'inference_length' is 0; it must be a whole number from 1 to 2147483647.")]
    [TestCase("""{"index_col": 3}""", "'index_col' is 3; it must be text.")]
    [TestCase("""{"holidays": [{"holiday": "feast"}]}""", "'holidays[0].ds' is missing; it must be a day as yyyy-MM-dd.")]
    [TestCase("""{"holidays": [{"holiday": "feast", "ds": "2027-01-01", "name": 1}]}""", "Unknown field 'holidays[0].name'")]
    [TestCase("""{"holidays": {}}""", "'holidays' is {}; it must be a list of objects such as {\"holiday\": \"new_year\"")]
    public void A_wrong_member_is_refused_by_name(string body, string expected) =>
        Assert.That(() => Parse(body), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(expected));

    [Test]
    public void Rows_and_coming_values_are_handed_on_as_they_were_sent()
    {
        var request = Parse("""{"data": {"down": [1, null]}, "future": {"heat": [20]}, "inference_length": 3}""");

        Assert.That(
            (request.Data?.GetRawText(), request.Future?.GetRawText(), request.InferenceLength),
            Is.EqualTo(("""{"down": [1, null]}""", """{"heat": [20]}""", 3)));
    }

    [TestCase("""{"data": {}, "origin": "then"}""", "'origin' is \"then\"; it must be \"now\", for rows in 'data' that have no times")]
    [TestCase("""{"origin": "now"}""", "'origin' is \"now\", but there are no rows as 'data' that could end now")]
    public void An_origin_is_now_and_stands_beside_rows(string body, string expected) =>
        Assert.That(() => Parse(body), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(expected));

    [TestCase("{}", "'items' is missing; it must be a list, each item as the body of POST /predict.")]
    [TestCase("""{"items": {}}""", "'items' is {}; it must be a list, each item as the body of POST /predict.")]
    [TestCase("""{"items": [], "level": 80}""", "Unknown field 'level'; known is items.")]
    [TestCase("[]", "The body must be a JSON object such as {\"items\": [{}]}.")]
    public void A_batch_is_a_list_of_items_and_nothing_beside_it(string body, string sentence) => Assert.That(
        () => PredictRequest.Batch(JsonElement.Parse(body)),
        Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));

    private static PredictRequest Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        return PredictRequest.Parse(document.RootElement.Clone());
    }
}
