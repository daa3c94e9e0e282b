using System.Globalization;
using System.Text;
using System.Text.Json;
using FLTS.Modules.Inference.Windows;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture, Parallelizable]
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

    [TestCase("""{"levels": 80}""", "Unknown field 'levels'; perhaps 'level' is meant. Known are data, index_col, inference_length")]
    [TestCase("""{"date": []}""", "Unknown field 'date'; perhaps 'data' is meant.")]
    [TestCase("""{"inferenceLength": 3}""", "Unknown field 'inferenceLength'; perhaps 'inference_length' is meant.")]
    [TestCase("""{"inference-lenght": 3}""", "Unknown field 'inference-lenght'; perhaps 'inference_length' is meant.")]
    [TestCase("""{"index_cols": "ts"}""", "Unknown field 'index_cols'; perhaps 'index_col' is meant.")]
    [TestCase("""{"a": 1, "a": 1}""", "'a' is given twice.")]
    [TestCase("""{"a": [{"b": 1, "b": 1}]}""", "'b' is given twice.")]
    [TestCase("""{"data": {"a": [1], "a": [1]}}""", "'a' is given twice.")]
    [TestCase("""{"data": {"a": [1], "\u0061": [1]}}""", "'a' is given twice.")]
    [TestCase("""{"data": {"a": ["\ud800"]}}""", "'a' holds text that is not valid Unicode")]
    [TestCase("""{"data": {"a": ["\u0000"]}}""", "'a' holds the control character U+0000")]
    [TestCase("""{"data": [1, 2]}""", "'data' must be an object of lists, one a column.")]
    [TestCase("""{"future": 3}""", "'future' must be an object of lists, one a column, with a value a step.")]
    [TestCase("3", "The body must be a JSON object; {} forecasts from the newest rows.")]
    [TestCase("""{"level": 80, "level": 90}""", "'level' is given twice.")]
    [TestCase("""{"inference_length": "5"}""", "'inference_length' is \"5\"; it must be a whole number from 1 to 2147483647.")]
    [TestCase("""{"inference_length": 0}""", "'inference_length' is 0; it must be a whole number from 1 to 2147483647.")]
    [TestCase("""{"index_col": 3}""", "'index_col' is 3; it must be text.")]
    [TestCase("""{"holidays": [{"holiday": "feast"}]}""", "'holidays[0].ds' is missing; it must be a day as yyyy-MM-dd.")]
    [TestCase("""{"holidays": [{"holiday": "feast", "ds": "2027-01-01", "name": 1}]}""", "Unknown field 'holidays[0].name'")]
    [TestCase("""{"holidays": {}}""", "'holidays' is {}; it must be a list of objects such as {\"holiday\": \"new_year\"")]
    public void A_wrong_member_is_refused_by_name(string body, string expected) =>
        Assert.That(() => Parse(body), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(expected));

    [TestCase("5", 5)]
    [TestCase("5.0", 5)]
    [TestCase("5e0", 5)]
    [TestCase("2147483647", int.MaxValue)]
    public void A_length_is_a_whole_number_however_it_is_written(string length, int expected) =>
        Assert.That(Parse($$"""{"inference_length": {{length}}}""").InferenceLength, Is.EqualTo(expected));

    [Test]
    public void Rows_and_coming_values_are_numbers_where_they_are_and_else_as_they_were_sent()
    {
        var request = Parse("""{"data": {"down": [1.5, null, true], "up": ["a", [1], -2e3]}, "future": {"heat": [20]}}""");
        var (down, up) = (request.Data["down"], request.Data["up"]);

        Assert.That(request.Data.Numbers(down).ToArray(), Is.EqualTo(new[] { 1.5, double.NaN, 1 }));
        Assert.That((down.IsOfNumbers, up.IsOfNumbers, request.Future["heat"].Rows), Is.EqualTo((true, false, 1)));
        Assert.That(Encoding.UTF8.GetString(request.TextOf(up)), Is.EqualTo("""["a", [1], -2e3]"""));
    }

    [Test]
    public void Lists_of_numbers_are_read_as_JSON_says_and_what_is_none_is_told_where_it_is(
        [Values(
            "0", "-0", "7", "-1.5", "0.25", "1e5", "1E+2", "-2.5e-3", " 7 ", "\t8\r\n", "0.1234567890123456789", "123456789012345678901",
            "1e-400", "01", "-01", "+1", ".5", "5.", "1.e3", "- 1", "-", "1e", "1e+", "1.5.2", "1_0", "0x1", "--1", "1 2", "", "NaN", "]")]
        string number)
    {
        var body = $$"""{"data": {"a": [1, {{number}}], "b": [{{number}}, 2], "c": [3]}, "inference_length": 4}""";
        if (Fault(body) is { } fault)
        {
            var told = Assert.Catch<JsonException>(() => Parse(body))!;
            Assert.That((told.LineNumber, told.BytePositionInLine), Is.EqualTo((fault.LineNumber, fault.BytePositionInLine)));
            return;
        }

        var request = Parse(body);
        var value = double.Parse(number, CultureInfo.InvariantCulture);
        Assert.That(request.InferenceLength, Is.EqualTo(4));
        foreach (var (name, values) in new[] { ("a", new[] { 1, value }), ("b", [value, 2]), ("c", [3.0]) })
            Assert.That(request.Data.Numbers(request.Data[name]).ToArray(), Is.EqualTo(values), name);
        Assert.That(Encoding.UTF8.GetString(request.TextOf(request.Data["b"])), Is.EqualTo($"[{number}, 2]"));

        static JsonException? Fault(string body)
        {
            try
            {
                JsonDocument.Parse(body).Dispose();
                return null;
            }
            catch (JsonException e)
            {
                return e;
            }
        }
    }

    [Test]
    public void A_request_that_was_used_before_holds_nothing_of_the_one_before()
    {
        Parse("""{"data": {"a": [1, 2]}, "level": 80, "index_col": "a", "origin": "now", "x": 1}""").Dispose();

        var request = Parse("""{"data": {"a": [3], "b": [4]}}""");

        Assert.That(request.Data.Numbers(request.Data["a"]).ToArray(), Is.EqualTo(new[] { 3.0 }));
        Assert.That(
            (request.Levels.Count, request.IndexCol, request.EndsNow, request.Warning, request.Future.IsGiven),
            Is.EqualTo((0, (string?)null, false, (string?)null, false)));
    }

    [Test]
    public void More_requests_than_are_kept_may_be_there_at_once()
    {
        var requests = Enumerable.Range(0, 1000).Select(i => Parse($$"""{"inference_length": {{i + 1}}}""")).ToList();

        Assert.That(requests.Select(r => r.InferenceLength), Is.EqualTo(Enumerable.Range(1, 1000)));
        requests.ForEach(r => r.Dispose());
    }

    [Test]
    public void Unknown_members_are_passed_over_with_a_warning() => Assert.That(
        Parse("""{"client": {"id": [1, "x"]}, "level": 80, "lead": null}""").Warning,
        Is.EqualTo("Not used, as no such field is known: 'client', 'lead'."));

    [TestCase("""{"level": 80""")]
    [TestCase("""{"levels": 80, """)]
    [TestCase("""{"level": 80} {""")]
    [TestCase("")]
    public void What_is_no_JSON_to_its_end_is_told_before_anything_else(string body) =>
        Assert.That(() => Parse(body), Throws.InstanceOf<JsonException>());

    [TestCase("""{"data": {}, "origin": "then"}""", "'origin' is \"then\"; it must be \"now\", for rows in 'data' that have no times")]
    [TestCase("""{"origin": "now"}""", "'origin' is \"now\", but there are no rows as 'data' that could end now")]
    public void An_origin_is_now_and_stands_beside_rows(string body, string expected) =>
        Assert.That(() => Parse(body), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(expected));

    [TestCase("{}", "'items' is missing; it must be a list, each item as the body of POST /predict.")]
    [TestCase("""{"items": {}}""", "'items' is {}; it must be a list, each item as the body of POST /predict.")]
    [TestCase("""{"items": [], "level": 80}""", "Unknown field 'level'; known is items.")]
    [TestCase("[]", "The body must be a JSON object such as {\"items\": [{}]}.")]
    public void A_batch_is_a_list_of_items_and_nothing_beside_it(string body, string sentence) => Assert.That(
        () => BatchRequest.Items(Encoding.UTF8.GetBytes(body)),
        Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));

    [Test]
    public void Items_of_a_batch_are_what_they_were_sent_as() => Assert.That(
        BatchRequest.Items("""{"items": [{"level": 80}, 3, null]}"""u8.ToArray()).Select(i => Encoding.UTF8.GetString(i.Span)),
        Is.EqualTo(new[] { """{"level": 80}""", "3", "null" }));

    private static PredictRequest Parse(string body)
    {
        var request = PredictRequest.Read(Encoding.UTF8.GetBytes(body));
        return request.Fault is { } fault ? throw fault : request;
    }
}
