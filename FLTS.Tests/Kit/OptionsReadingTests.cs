using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace FLTS.Tests.Kit;

[TestFixture, Parallelizable]
internal sealed class OptionsReadingTests
{
    [Test]
    public void What_a_section_leaves_out_has_its_default()
    {
        var options = Read(("Example:Rows", "7"));

        Assert.That(options, Is.EqualTo(new ExampleOptions { Rows = 7 }));
        Assert.That(Read(), Is.EqualTo(new ExampleOptions()), "there need be no section at all");
    }

    [TestCase("Rows", "0", "Example:Rows is 0; it must be between 1 and 100.")]
    [TestCase("Rows", "101", "Example:Rows is 101; it must be between 1 and 100.")]
    [TestCase("Bytes", "1099511627777", "Example:Bytes is 1099511627777; it must be between 1024 and 1099511627776.")]
    [TestCase("Seconds", "0.25", "Example:Seconds is 0.25; it must be between 0.5 and 3600.")]
    [TestCase("Seconds", "NaN", "Example:Seconds is NaN; it must be between 0.5 and 3600.")]
    [TestCase("Kind", "c", "Example:Kind is 'c'; it must be 'a' or 'b'.")]
    [TestCase("Kind", "b", "Example:Rows must be 2 with Example:Kind 'b'.")]
    public void A_setting_that_cannot_be_is_refused_with_its_name_its_value_and_what_it_must_be(
        string name, string value, string sentence) =>
        Assert.That(() => Read(($"Example:{name}", value)), Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));

    [Test]
    public void A_setting_of_the_wrong_type_is_refused_by_name() =>
        Assert.That(
            () => Read(("Example:Rows", "many")),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("Example:Rows").And.Message.Contains("many"));

    [TestCase("Row", "There is no setting Example:Row. Did you mean Example:Rows? Settings there are Rows, Bytes, Seconds, Kind.")]
    [TestCase("byts", "There is no setting Example:byts. Did you mean Example:Bytes? Settings there are Rows, Bytes, Seconds, Kind.")]
    [TestCase("Temperature", "There is no setting Example:Temperature. Settings there are Rows, Bytes, Seconds, Kind.")]
    public void A_setting_that_nobody_reads_is_refused_with_the_nearest_one(string name, string sentence) =>
        Assert.That(() => Read(($"Example:{name}", "5")), Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(sentence));

    [Test]
    public void A_name_is_a_name_in_any_case() => Assert.That(Read(("Example:rOWS", "7")).Rows, Is.EqualTo(7));

    [Test]
    public void The_strongest_source_that_names_a_list_has_named_all_of_it()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["A:List:0"] = "a", ["A:List:1"] = "b", ["A:List:2"] = "c" })
            .AddInMemoryCollection(new Dictionary<string, string?> { ["A:List:0"] = "x", ["A:List:1"] = "y" })
            .AddInMemoryCollection(new Dictionary<string, string?> { ["A:Other"] = "z" })
            .Build();

        Assert.That(SettingList.Texts(configuration, "A:List"), Is.EqualTo(new[] { "x", "y" }));
        Assert.That(SettingList.Texts(configuration, "A:None"), Is.Empty);
    }

    private static ExampleOptions Read(params (string Name, string Value)[] settings) => OptionsReading.Read<ExampleOptions>(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value))
            .Build()
            .GetSection("Example"));

    private sealed record ExampleOptions : ICheckedTogether
    {
        [Range(1, 100)]
        public int Rows { get; init; } = 1;

        [Range(1024, 1L << 40)]
        public long Bytes { get; init; } = 2048;

        [Range(0.5, 3600)]
        public double Seconds { get; init; } = 1;

        [AllowedValues("a", "b")]
        public string Kind { get; init; } = "a";

        public void CheckTogether()
        {
            if (Kind == "b" && Rows != 2)
                throw new InvalidInputException("Example:Rows must be 2 with Example:Kind 'b'.");
        }
    }
}
