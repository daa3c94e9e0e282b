using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Json;

[TestFixture, Parallelizable]
internal sealed class StrictJsonTests
{
    private enum Season
    {
        EarlySpring,
        Summer,
    }

    [Test]
    public void An_unknown_member_is_named_with_those_that_are_known()
    {
        var options = Of("""{"a": 1, "x": null}""", "GRU.");

        Refused(() => options.AllowOnly("a", "b"), "Unknown option 'GRU.x'; known are a, b.");
        Refused(() => options.AllowOnly("a"), "Unknown option 'GRU.x'; known is a.");
        Refused(() => options.AllowOnly(), "Unknown option 'GRU.a'; none is known.");
        Assert.That(options.AllowOnly("x", "a"), Is.SameAs(options));
    }

    [TestCase("""{"a": 1, "a": 2}""")]
    [TestCase("""{"a": null, "a": 2}""")]
    [TestCase("""{"a": 1, "\u0061": 1}""")]
    public void A_member_that_is_given_twice_is_refused_whether_names_are_checked_or_it_is_read(string json)
    {
        var options = Of(json, "clipping.");

        Refused(() => options.AllowOnly("a"), "'clipping.a' is given twice.");
        Refused(() => options.Element("a"), "'clipping.a' is given twice.");
        Refused(() => options.Integer("a", 0, 9), "'clipping.a' is given twice.");
    }

    [TestCase("{}")]
    [TestCase("""{"a": null}""")]
    public void What_is_null_is_absent_as_what_is_not_there(string json)
    {
        var options = Of(json).AllowOnly("a");

        Assert.Multiple(() =>
        {
            Assert.That(options.Element("a"), Is.Null);
            Assert.That(options.Integer("a", 1, 2), Is.Null);
            Assert.That(options.Long("a", 1, 2), Is.Null);
            Assert.That(options.Number("a"), Is.Null);
            Assert.That(options.Number("a", 1, 2), Is.Null);
            Assert.That(options.NumberAbove("a", 1), Is.Null);
            Assert.That(options.Flag("a"), Is.Null);
            Assert.That(options.Text("a", 5, shortest: 1), Is.Null);
            Assert.That(options.Word("a", "x"), Is.Null);
            Assert.That(options.Word<Season>("a"), Is.Null);
            Assert.That(options.Choice<Season>("a"), Is.Null);
            Assert.That(options.Strings("a", "right"), Is.Null);
            Assert.That(options.Names("a"), Is.Null);
            Assert.That(options.Integers("a", 1, 2, 3), Is.Null);
            Assert.That(options.Times("a"), Is.Null);
            Assert.That(options.Numbers("a", 1, 2), Is.Null);
            Assert.That(options.Object("a"), Is.Null);
            Assert.That(options.Objects("a"), Is.Null);
            Assert.That(options.Node("a"), Is.Null);
            Assert.That(options.Document("a"), Is.Empty);
        });
    }

    [Test]
    public void What_is_needed_and_absent_is_missing()
    {
        var options = Of("""{"text": null}""", "rows[2].");

        Refused(() => options.RequiredText("text", "the name of a column"), "'rows[2].text' is missing; it must be the name of a column.");
        Refused(() => options.RequiredInteger("n", 1, 9), "'rows[2].n' is missing; it must be a whole number from 1 to 9.");
        Refused(() => options.RequiredNumberAbove("x", 0), "'rows[2].x' is missing; it must be a number above 0.");
        Refused(() => options.RequiredDate("ds"), "'rows[2].ds' is missing; it must be a day as yyyy-MM-dd.");
    }

    [TestCase("1", 1)]
    [TestCase("9", 9)]
    [TestCase("5.0", 5)]
    [TestCase("0.5e1", 5)]
    public void A_whole_number_is_one_however_it_is_written(string given, int value) =>
        Assert.That(Member(given).Integer("a", 1, 9), Is.EqualTo(value));

    [TestCase("0")]
    [TestCase("10")]
    [TestCase("1.5")]
    [TestCase("1e-30")]
    [TestCase("2.00000000000000001")]
    [TestCase("1e400")]
    [TestCase("99999999999999999999999999999999")]
    [TestCase("\"5\"")]
    [TestCase("true")]
    [TestCase("[5]")]
    public void Another_is_refused_with_the_range(string given) =>
        Refused(() => Member(given).Integer("a", 1, 9), $"'a' is {given}; it must be a whole number from 1 to 9.");

    [Test]
    public void A_long_holds_all_of_its_digits()
    {
        Assert.That(Member("9007199254740993").Long("a", 0, long.MaxValue), Is.EqualTo(9007199254740993));
        Assert.That(Member("9223372036854775807").Long("a", 0, long.MaxValue), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void A_range_holds_both_its_ends_and_one_above_a_number_not_that_number()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Member("0.5").Number("a", 0.5, 2), Is.EqualTo(0.5));
            Assert.That(Member("2").Number("a", 0.5, 2), Is.EqualTo(2));
            Assert.That(Member("2").NumberAbove("a", 0.5, 2), Is.EqualTo(2));
            Assert.That(Member("1e300").NumberAbove("a", 0), Is.EqualTo(1e300));
            Assert.That(Member("-1e300").Number("a"), Is.EqualTo(-1e300));
        });
        Refused(() => Member("0.49").Number("a", 0.5, 2), "'a' is 0.49; it must be a number from 0.5 to 2.");
        Refused(() => Member("0.5").NumberAbove("a", 0.5, 2), "'a' is 0.5; it must be a number above 0.5 up to 2.");
        Refused(() => Member("0").RequiredNumberAbove("a", 0), "'a' is 0; it must be a number above 0.");
        Refused(() => Member("1e400").NumberAbove("a", 0), "'a' is 1e400; it must be a number above 0.");
        Refused(() => Member("1e400").Number("a"), "'a' is 1e400; it must be a finite number.");
        Refused(() => Member("\"1\"").Number("a", 0.5, 2), "'a' is \"1\"; it must be a number from 0.5 to 2.");
    }

    [Test]
    public void Ranges_are_written_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var harmful = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            harmful.NumberFormat.NumberDecimalSeparator = ",";
            harmful.NumberFormat.NegativeSign = "minus";
            CultureInfo.CurrentCulture = harmful;
            Refused(() => Member("9").Number("a", -0.5, 0.5), "'a' is 9; it must be a number from -0.5 to 0.5.");
            Refused(() => Member("9").Integer("a", -5, 5), "'a' is 9; it must be a whole number from -5 to 5.");
            Refused(() => Member("[9]").Integers("a", -5, 5, 2), "'a' is [9]; it must be a list of at most 2 whole numbers from -5 to 5.");
            Assert.That(Member("-0.25").Number("a", -0.5, 0.5), Is.EqualTo(-0.25));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void A_flag_is_true_or_false_and_nothing_else()
    {
        Assert.That((Member("true").Flag("a"), Member("false").Flag("a")), Is.EqualTo(((bool?)true, (bool?)false)));
        Refused(() => Member("\"true\"").Flag("a"), "'a' is \"true\"; it must be true or false.");
        Refused(() => Member("1").Flag("a"), "'a' is 1; it must be true or false.");
    }

    [Test]
    public void Text_has_as_many_characters_as_it_may()
    {
        Assert.That((Member("\"\"").Text("a", 3), Member("\"äöü\"").Text("a", 3, shortest: 3)), Is.EqualTo(("", "äöü")));
        Refused(() => Member("\"abcd\"").Text("a", 3), "'a' is \"abcd\"; it must be text of at most 3 characters.");
        Refused(() => Member("\"\"").Text("a", 3, shortest: 1), "'a' is \"\"; it must be text of 1 to 3 characters.");
        Refused(() => Member("3").Text("a"), "'a' is 3; it must be text.");
        Refused(() => Member("\"\\ud800\"").Text("a"), "'a' is \"\\ud800\"; it must be text.");
    }

    [Test]
    public void A_word_is_taken_letter_for_letter_and_a_choice_in_any_case_and_in_both_spellings()
    {
        Assert.That(Member("\"x\"").Word("a", "x", "y"), Is.EqualTo("x"));
        Assert.That(Member("\"early_spring\"").Word<Season>("a"), Is.EqualTo(Season.EarlySpring));
        foreach (var spelling in new[] { "early_spring", "EARLY_SPRING", "EarlySpring", "earlyspring" })
            Assert.That(Member($"\"{spelling}\"").Choice<Season>("a"), Is.EqualTo(Season.EarlySpring), spelling);

        Refused(() => Member("\"X\"").Word("a", "x", "y"), "'a' is \"X\"; it must be one of x, y.");
        Refused(() => Member("\"Summer\"").Word<Season>("a"), "'a' is \"Summer\"; it must be one of early_spring, summer.");
        Refused(() => Member("\"winter\"").Choice<Season>("a"), "'a' is \"winter\"; it must be one of early_spring, summer.");
        Refused(() => Member("1").Choice<Season>("a", s => s.ToString()), "'a' is 1; it must be one of EarlySpring, Summer.");
    }

    [Test]
    public void A_day_and_times_have_no_zone()
    {
        Assert.That(Member("\"2027-01-31\"").RequiredDate("a"), Is.EqualTo(new DateOnly(2027, 1, 31)));
        Assert.That(
            Member("""["2027-01-31", "2027-01-31T05:06:07"]""").Times("a"),
            Is.EqualTo(new[] { new DateTime(2027, 1, 31), new DateTime(2027, 1, 31, 5, 6, 7) }));
        Refused(() => Member("\"31.1.2027\"").RequiredDate("a"), "'a' is \"31.1.2027\"; it must be a day as yyyy-MM-dd.");
        foreach (var wrong in new[] { "3", "[3]", "[null]", "[\"soon\"]", "[\"2027-01-31T05:06:07Z\"]" })
            Refused(() => Member(wrong).Times("a"), $"'a' is {wrong}; it must be a list of times without a zone (yyyy-MM-ddTHH:mm:ss).");
    }

    [Test]
    public void What_is_shown_of_a_long_value_or_name_is_its_beginning()
    {
        var text = new string('y', 1_000_000);

        Refused(() => Member($"\"{text}\"").Flag("a"), $"'a' is \"{text[..59]}...; it must be true or false.");
        Refused(() => Of($$"""{"{{text}}": 1}""").AllowOnly("a"), $"Unknown option '{text[..60]}...'; known is a.");
        Refused(() => Member(new string('7', 60)).Flag("a"), $"'a' is {new string('7', 60)}; it must be true or false.");
        Refused(
            () => StrictJson.Body(JsonElement.Parse($$"""{"a": "{{new string('y', 58)}}🙂🙂"}""")).Flag("a"),
            $"'a' is \"{new string('y', 58)}...; it must be true or false.");
    }

    private static StrictJson Of(string json, string place = "") =>
        StrictJson.Of(JsonNode.Parse(json)!.AsObject(), "option", place);

    private static StrictJson Member(string value) => StrictJson.Body(JsonElement.Parse($$"""{"a": {{value}}}"""));

    private static void Refused(Action read, string sentence) =>
        Assert.That(() => read(), Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));
}
