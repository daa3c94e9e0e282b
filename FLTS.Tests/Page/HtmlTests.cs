using System.Globalization;
using System.Net;
using FLTS.Modules.Page.Markup;
using NUnit.Framework;

namespace FLTS.Tests.Page;

[TestFixture, Parallelizable]
internal sealed class HtmlTests
{
    [Test]
    public void What_stands_in_braces_is_text_in_elements_and_attributes()
    {
        const string Evil = "<script>'\"&</script>";

        Assert.That(
            Html.Of($"<p title=\"{Evil}\">{Evil}</p>").ToString(),
            Is.EqualTo("<p title=\"&lt;script&gt;&#x27;&quot;&amp;&lt;/script&gt;\">&lt;script&gt;&#x27;&quot;&amp;&lt;/script&gt;</p>"));
    }

    [Test]
    public void Markup_stays_markup_and_parts_follow_each_other() => Assert.That(
        Html.Of($"<ul>{new[] { "a", "<" }.Select(t => Html.Of($"<li>{t}</li>"))}</ul>{Html.None}{7}").ToString(),
        Is.EqualTo("<ul><li>a</li><li>&lt;</li></ul>7"));

    [Test]
    public void A_name_is_by_itself_whatever_marks_of_direction_it_has() => Assert.That(
        Shown.Name("\u202Egnp.exe").ToString(), Is.EqualTo("<bdi class=\"name\">&#x202E;gnp.exe</bdi>"));

    [TestCase(0.042812345678, "0.04281")]
    [TestCase(161_234_567.8, "1.612e+8")]
    [TestCase(-3, "-3.000")]
    public void A_number_is_shown_to_four_digits_and_told_whole(double number, string shown) => Assert.That(
        WebUtility.HtmlDecode(Shown.Number(number).ToString()),
        Is.EqualTo($"<data value=\"{number.ToString("R", CultureInfo.InvariantCulture)}\">{shown}</data>"));
}
