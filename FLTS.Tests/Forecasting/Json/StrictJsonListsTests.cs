using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Json;

[TestFixture, Parallelizable]
internal sealed class StrictJsonListsTests
{
    [Test]
    public void A_list_of_texts_is_as_long_as_it_may_be_and_holds_texts()
    {
        Assert.That(Body("""{"a": ["x", "x"]}""").Strings("a", "right", 2), Is.EqualTo(new[] { "x", "x" }));
        foreach (var wrong in new[] { "[]", "[\"x\",\"y\",\"z\"]", "[1]", "[null]", "\"x\"", "{}" })
            Refused(
                () => Body($$"""{"a": {{wrong}}}""").Strings("a", "a list of 1 to 2 ids", 2),
                $"'a' is {wrong}; it must be a list of 1 to 2 ids.");
    }

    [Test]
    public void Names_of_columns_are_named_once()
    {
        Assert.That(Body("""{"a": ["y", "x"]}""").Names("a"), Is.EqualTo(new[] { "y", "x" }));
        Refused(() => Body("""{"a": []}""").Names("a"), "'a' is []; it must be a list of at least one column name.");
        Refused(() => Body("""{"a": ["x", "x"]}""").Names("a"), "'a' is [\"x\", \"x\"]; it must be a list that names each column once.");
    }

    [Test]
    public void Whole_numbers_come_back_rising_and_each_once()
    {
        Assert.That(Body("""{"a": [3, 1, 3, 2.0]}""").Integers("a", 1, 3, 4), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(Body("""{"a": []}""").Integers("a", 1, 3, 4), Is.Empty);
        foreach (var wrong in new[] { "[0]", "[4]", "[1.5]", "[\"1\"]", "[null]", "[1,1,1,1,1]", "1" })
            Refused(
                () => Body($$"""{"a": {{wrong}}}""").Integers("a", 1, 3, 4),
                $"'a' is {wrong}; it must be a list of at most 4 whole numbers from 1 to 3.");
    }

    [Test]
    public void Numbers_by_name_say_whose_is_wrong()
    {
        Assert.That(
            Body("""{"a": {"up": 0, "down": 0.5}}""").Numbers("a", 0, 1),
            Is.EquivalentTo(new Dictionary<string, double> { ["up"] = 0, ["down"] = 0.5 }));
        Refused(() => Body("""{"a": {}}""").Numbers("a", 0, 1), "'a' is {}; it must be a JSON object of at least one number.");
        Refused(() => Body("""{"a": [1]}""").Numbers("a", 0, 1), "'a' is [1]; it must be a JSON object of at least one number.");
        Refused(() => Body("""{"a": {"up": null}}""").Numbers("a", 0, 1), "'a.up' is null; it must be a number from 0 to 1.");
        Refused(() => Body("""{"a": {"up": 2}}""").Numbers("a", 0, 1), "'a.up' is 2; it must be a number from 0 to 1.");
        Refused(() => Body("""{"a": {"up": 1, "up": 1}}""").Numbers("a", 0, 1), "'a.up' is given twice.");
    }

    [Test]
    public void What_is_nested_is_named_with_its_place()
    {
        var body = Body("""{"a": {"b": [{"c": 1}, {"c": {"d": 2}}]}}""");

        Refused(() => body.Object("a")!.Objects("b")![1].Object("c")!.Flag("d"), "'a.b[1].c.d' is 2; it must be true or false.");
        Refused(() => body.Object("a")!.Objects("b")![0].AllowOnly("d"), "Unknown field 'a.b[0].c'; known is d.");
        Refused(() => body.Objects("a"), "'a' is {\"b\": [{\"c\": 1}, {\"c\": {\"d\": 2}}]}; it must be a list of objects.");
        Refused(() => Body("""{"a": [{}, 3]}""").Objects("a", "a list of rows"), "'a' is [{}, 3]; it must be a list of rows.");
        Refused(() => Body("""{"a": []}""").Object("a"), "'a' is []; it must be a JSON object.");
    }

    [Test]
    public void A_document_of_its_own_outlives_what_it_was_read_from_and_is_refused_where_it_is_not_clear()
    {
        JsonObject document;
        JsonNode? list;
        using (var body = JsonDocument.Parse("""{"a": {"b": [1, {"c": null}]}, "l": [1]}"""))
            (document, list) = (StrictJson.Body(body.RootElement).Document("a"), StrictJson.Body(body.RootElement).Node("l"));

        Assert.That((document.ToJsonString(), list!.ToJsonString()), Is.EqualTo(("""{"b":[1,{"c":null}]}""", "[1]")));
        Refused(() => Body("""{"a": 3}""").Document("a"), "'a' is 3; it must be a JSON object.");
        Refused(() => Body("""{"a": {"b": [{"c": 1, "c": 1}]}}""").Document("a"), "'a.b[0].c' is given twice.");
        Refused(() => Body("""{"a": {"b": "\udfff"}}""").Document("a"), "'a.b' is text that is not valid Unicode.");
        Refused(() => Body("""{"a": {"b": {"\ud800": 1}}}""").Document("a"), "'a.b' has a name that is not valid Unicode.");
    }

    [Test]
    public void A_document_without_a_JSON_form_is_refused()
    {
        Refused(() => StrictJson.Of(new JsonObject { ["a"] = double.NaN }, "option"), "What is given as option has no valid JSON form: ");
        Refused(
            () => StrictJson.Of(JsonNode.Parse("""{"a": "\ud800"}""")!.AsObject(), "option"),
            "What is given as option has no valid JSON form: ");
    }

    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("3")]
    public void A_body_is_an_object(string body)
    {
        Refused(() => Body(body), "The body must be a JSON object.");
        Refused(() => StrictJson.Body(JsonElement.Parse(body), " such as {}"), "The body must be a JSON object such as {}.");
    }

    [Test]
    public void A_name_that_is_no_text_is_nobodys() =>
        Refused(() => Body("""{"\ud800": 1}""").AllowOnly("a"), "Unknown field '\\ud800'; known is a.");

    private static StrictJson Body(string json) => StrictJson.Body(JsonElement.Parse(json));

    private static void Refused(Action read, string sentence) =>
        Assert.That(() => read(), Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(sentence));
}
