using NUnit.Framework;

namespace FLTS.Tests.Forecasting;

[TestFixture, Parallelizable]
internal sealed class SentenceTests
{
    [TestCase("Row 3, column 'ü': '1.5' is no number.\nTry again.", "Row 3, column 'ü': '1.5' is no number.\nTry again.")]
    [TestCase("a\0b\u001B[2Jc\u007F", "a␀b␛[2Jc␡")]
    [TestCase("a\u0085b", "a\uFFFDb")]
    [TestCase("a\U0001F600b", "a\U0001F600b")]
    public void What_nobody_can_see_or_store_is_shown_as_something(string text, string shown)
    {
        Assert.That(Sentence.Of(text), Is.EqualTo(shown));
        Assert.That(Sentence.Of(shown), Is.EqualTo(shown), "what is shown stays");
    }

    [Test] // An attribute cannot hold half a character.
    public void Half_a_character_is_shown_as_none() =>
        Assert.That(Sentence.Of("a\uD800b\uDC00"), Is.EqualTo("a\uFFFDb\uFFFD"));

    [Test]
    public void What_is_very_long_is_cut_between_characters_and_says_so()
    {
        var pairs = string.Concat(Enumerable.Repeat("\U0001F600", Sentence.Longest));
        foreach (var text in (string[])[new string('a', 6_000_000), pairs, "a" + pairs])
        {
            var shown = Sentence.Of(text);

            Assert.That(shown, Has.Length.LessThanOrEqualTo(Sentence.Longest + 4));
            Assert.That(shown, Does.EndWith("...").And.Not.Contain("\uFFFD"));
            Assert.That(Sentence.Of(shown), Is.EqualTo(shown));
        }
    }

    [Test]
    public void Every_fault_is_such_a_sentence() => Assert.That(
        new InvalidInputException($"'{new string('a', 10_000)}\0' is nothing.").Message, Has.Length.LessThan(5000).And.Not.Contain("\0"));
}
