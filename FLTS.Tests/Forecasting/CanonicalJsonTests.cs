using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting;

[Parallelizable]
public class CanonicalJsonTests
{
    // RFC 8785, appendix B: IEEE 754 bits and the text they must give.
    [TestCase(0x0000000000000000UL, "0")]
    [TestCase(0x8000000000000000UL, "0")]
    [TestCase(0x0000000000000001UL, "5e-324")]
    [TestCase(0x8000000000000001UL, "-5e-324")]
    [TestCase(0x7fefffffffffffffUL, "1.7976931348623157e+308")]
    [TestCase(0xffefffffffffffffUL, "-1.7976931348623157e+308")]
    [TestCase(0x4340000000000000UL, "9007199254740992")]
    [TestCase(0xc340000000000000UL, "-9007199254740992")]
    [TestCase(0x4430000000000000UL, "295147905179352830000")]
    [TestCase(0x44b52d02c7e14af5UL, "9.999999999999997e+22")]
    [TestCase(0x44b52d02c7e14af6UL, "1e+23")]
    [TestCase(0x44b52d02c7e14af7UL, "1.0000000000000001e+23")]
    [TestCase(0x444b1ae4d6e2ef4eUL, "999999999999999700000")]
    [TestCase(0x444b1ae4d6e2ef4fUL, "999999999999999900000")]
    [TestCase(0x444b1ae4d6e2ef50UL, "1e+21")]
    [TestCase(0x3eb0c6f7a0b5ed8cUL, "9.999999999999997e-7")]
    [TestCase(0x3eb0c6f7a0b5ed8dUL, "0.000001")]
    [TestCase(0x41b3de4355555553UL, "333333333.3333332")]
    [TestCase(0x41b3de4355555554UL, "333333333.33333325")]
    [TestCase(0x41b3de4355555555UL, "333333333.3333333")]
    [TestCase(0x41b3de4355555556UL, "333333333.3333334")]
    [TestCase(0x41b3de4355555557UL, "333333333.33333343")]
    [TestCase(0xbecbf647612f3696UL, "-0.0000033333333333333333")]
    [TestCase(0x43143ff3c1cb0959UL, "1424953923781206.2")]
    public void Numbers_are_written_as_RFC_8785_appendix_B_lists_them(ulong bits, string expected) =>
        Assert.That(CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)), Is.EqualTo(expected));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void What_is_no_JSON_number_is_refused(double value) =>
        Assert.That(() => CanonicalJson.Number(value), Throws.ArgumentException);

    [Test]
    public void The_example_of_RFC_8785_3_2_2_gives_its_canonical_text()
    {
        var node = JsonNode.Parse("""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """);
        Assert.That(CanonicalJson.Serialize(node), Is.EqualTo(
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            + "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"));
    }

    [Test]
    public void Properties_are_ordered_by_UTF_16_units_as_RFC_8785_3_2_3_shows()
    {
        var node = JsonNode.Parse(
            """{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji:"""
            + """ Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}""");
        var order = JsonNode.Parse(CanonicalJson.Serialize(node))!.AsObject().Select(p => p.Value!.GetValue<string>());
        Assert.That(
            order,
            Is.EqualTo(new[]
            {
                "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
                "Hebrew Letter Dalet With Dagesh",
            }));
    }

    [Test]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.That(() => CanonicalJson.Serialize(JsonValue.Create("a\ud83d")), Throws.ArgumentException);

    [Test]
    public void Every_finite_number_reads_back_as_itself_and_is_shortest() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double>().Filter(double.IsFinite), value =>
        {
            var text = CanonicalJson.Number(value);
            return double.Parse(text, CultureInfo.InvariantCulture) == value && text.Count(char.IsAsciiDigit) <= 25;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_document_whose_properties_were_shuffled_has_the_same_hash() =>
        Prop.ForAll(ArbMap.Default.ArbFor<Dictionary<NonNull<string>, int>>(), ArbMap.Default.ArbFor<int>(), (content, seed) =>
        {
            var clean = content.Where(p => !p.Key.Get.Any(char.IsSurrogate)).ToArray();
            var shuffled = clean.ToArray();
            new Random(seed).Shuffle(shuffled);
            return CanonicalJson.Hash(Object(clean)) == CanonicalJson.Hash(Object(shuffled));
        }).QuickCheckThrowOnFailure();

    private static JsonObject Object(IEnumerable<KeyValuePair<NonNull<string>, int>> content) =>
        new(content.Select(p => KeyValuePair.Create(p.Key.Get, (JsonNode?)p.Value)));
}
