using System.Globalization;
using System.Xml.Linq;
using FLTS.Modules.Page.Drawing;
using FLTS.Modules.Page.Reading;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>The chart as it comes with the page, held against the numbers it is drawn of.</summary>
[TestFixture, Parallelizable]
internal sealed class FirstPictureTests
{
    private static readonly DateTime _start = new(2026, 3, 2);

    [Test]
    public void Its_lines_are_the_numbers()
    {
        double?[] values = [.. Enumerable.Range(0, 201).Select(i => (double?)(100 + (40 * Math.Sin(i / 20.0)) + (i * 7919 % 13)))];
        var ahead = Enumerable.Range(1, 20).Select(h => new NextStep(At(200 + h), 100 + h, 90 - h, 170 + h)).ToList();
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(Rows(values), Rows(values), ahead)).ToString());

        Assert.That(picture.Values("measured"), Is.EqualTo(values.Select(v => v!.Value)).Within(picture.HalfPixel));
        Assert.That(picture.Values("forecast"), Is.EqualTo(ahead.Select(s => s.Value)).Within(picture.HalfPixel));
        Assert.That(
            picture.Values("band"),
            Is.EqualTo(ahead.Select(s => s.Low!.Value).Concat(ahead.AsEnumerable().Reverse().Select(s => s.High!.Value)))
                .Within(picture.HalfPixel));
        Assert.That(picture.Places("measured"), Is.Ordered.And.All.InRange(0, 1));
        Assert.That(picture.Places("forecast")[^1], Is.EqualTo(1));
    }

    [Test]
    public void A_bucket_is_drawn_from_its_least_value_to_its_greatest()
    {
        var column = new ReducedColumn("load", null)
        {
            Min = [10, null, 0],
            Max = [90, null, 100],
            First = [20, null, 30],
            Last = [40, null, 50],
        };
        var series = Rows([0, 0, 0]) with { BucketSeconds = 60, Columns = [column] };
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(series, series, [])).ToString());

        Assert.That(picture.Values("measured"), Is.EqualTo(new[] { 20.0, 10, 90, 40, 30, 0, 100, 50 }).Within(picture.HalfPixel));
        Assert.That(picture.Parts("measured"), Is.EqualTo(2));
    }

    [Test]
    public void A_gap_stays_a_gap_of_what_was_measured_and_of_the_band()
    {
        var ahead = Enumerable.Range(1, 5).Select(h => new NextStep(At(6 + h), 3, h == 3 ? null : 2, h == 3 ? null : 4)).ToList();
        var series = Rows([1, 2, null, null, 5, 6]);
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(series, series, ahead)).ToString());

        Assert.That(picture.Parts("measured"), Is.EqualTo(2));
        Assert.That(picture.Values("measured"), Is.EqualTo(new[] { 1.0, 2, 5, 6 }).Within(picture.HalfPixel));
        Assert.That(picture.Parts("band"), Is.EqualTo(2));
        Assert.That(picture.Parts("forecast"), Is.EqualTo(1));
    }

    [Test]
    public void A_forecast_of_what_has_come_already_leaves_the_newest_rows_in_sight()
    {
        var series = Rows([.. Enumerable.Range(0, 201).Select(i => (double?)(i % 7))]);
        var ahead = Enumerable.Range(-20, 30).Select(h => new NextStep(At(h), 3, 2, 4)).ToList();
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(series, series, ahead)).ToString());

        Assert.That(picture.Places("measured")[^1], Is.EqualTo(1));
        Assert.That(picture.Values("forecast"), Has.Length.EqualTo(10), "none beside the picture");
    }

    [TestCase(0)]
    [TestCase(5)]
    [TestCase(-3e9)]
    public void A_column_that_never_changes_lies_within_its_axis(double value)
    {
        var series = Rows([value, value, value]);
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(series, series, [])).ToString());

        Assert.That(picture.Values("measured"), Is.EqualTo(new[] { value, value, value }).Within(picture.HalfPixel));
        Assert.That(picture.Labels, Is.Unique.And.Length.InRange(4, 11));
    }

    [Test]
    public void Where_nothing_was_measured_there_are_axes_and_no_line()
    {
        var series = Rows([null, null, null]);
        var picture = DrawnPicture.Of(FirstPicture.Of(new ChartValues(series, series, [])).ToString());

        Assert.That(picture.Parts("measured") + picture.Parts("band") + picture.Parts("forecast"), Is.Zero);
        Assert.That(picture.Labels, Is.EqualTo(new[] { "1", "0.8", "0.6", "0.4", "0.2", "0" }));
    }

    [Test]
    public void What_is_not_known_or_cannot_be_drawn_gives_no_picture()
    {
        var huge = Rows([-1e308, 1e308]);
        var single = Rows([1]);

        Assert.That(FirstPicture.Of(null).ToString(), Is.Empty);
        Assert.That(FirstPicture.Of(new ChartValues(huge, huge, [])).ToString(), Is.Empty);
        Assert.That(FirstPicture.Of(new ChartValues(single, single, [])).ToString(), Is.Empty);
    }

    [Test]
    public void Text_from_data_is_text()
    {
        const string Evil = "\"/><script>alert(1)</script>";
        var series = Rows([10_000, 2_500_000]) with { Columns = [new ReducedColumn(Evil, Evil) { Values = [10_000, 2_500_000] }] };
        var markup = FirstPicture.Of(new ChartValues(series, series, [])).ToString();

        Assert.That(markup, Does.Not.Contain("<script"));
        Assert.That(DrawnPicture.Of(markup).Labels[0], Is.EqualTo($"2.5 M{Evil}"));
    }

    [TestCase(161_234_567.8, "bit/s", "161.2 Mbit/s")]
    [TestCase(20, "bit/s", "20 bit/s")]
    [TestCase(0.30000000000000004, null, "0.3")]
    [TestCase(12_000, null, "12 k")]
    [TestCase(-0.00002, null, "-2.000e-5")]
    public void A_number_is_shown_as_the_script_shows_it(double number, string? unit, string shown) =>
        Assert.That(ValueAxis.Show(number, unit), Is.EqualTo(shown));

    [TestCase(2480, "06:00 12:00 18:00 3 Mar 06:00 12:00")]
    [TestCase(248, "00:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00")]
    [TestCase(20 * 1440, "3 Mar 5 Mar 7 Mar 9 Mar 11 Mar 13 Mar 15 Mar 17 Mar 19 Mar 21 Mar")]
    [TestCase(400 * 1440, "May 2026 Jul 2026 Sep 2026 Nov 2026 2027 Mar 2027")]
    [TestCase(2500 * 1440, "2027 2028 2029 2030 2031 2032 2033")]
    public void Times_are_round(int minutes, string shown) => Assert.That(
        string.Join(' ', TimeAxis.Ticks(_start, _start.AddMinutes(minutes)).Select(TimeAxis.Show)), Is.EqualTo(shown));

    private static DateTime At(int row) => _start.AddMinutes(row);

    private static ReducedSeries Rows(double?[] values) => new(
        new("mast"), null, 60, Text(0), Text(values.Length - 1), values.Length, null, [.. Enumerable.Range(0, values.Length).Select(Text)],
        [new ReducedColumn("load", null) { Values = values }]);

    private static string Text(int row) => At(row).ToString("s", CultureInfo.InvariantCulture);
}

/// <summary>What a picture shows, read back from its markup: values by the numbers that stand beside its axis.</summary>
internal sealed record DrawnPicture(XElement Markup)
{
    private const double Pixels = 276; // The area's height on a wide screen.

    /// <summary>From above.</summary>
    public string[] Labels => [.. Of("p", "rises").Elements().Select(s => s.Value)];

    private double High => Number(Labels[0]);

    private double Low => Number(Labels[^1]);

    public double HalfPixel => (High - Low) / Pixels / 2;

    public static DrawnPicture Of(string page)
    {
        var from = page.IndexOf("<div class=\"first\">", StringComparison.Ordinal);
        return new DrawnPicture(XElement.Parse(page[from..(page.IndexOf("</div>", from, StringComparison.Ordinal) + "</div>".Length)]));
    }

    /// <summary>Lines of a path.</summary>
    public int Parts(string name) => Path(name).Count(c => c == 'M');

    public double[] Values(string name) =>
        [.. Numbers(name).Where((_, i) => i % 2 == 1).Select(y => High - (y / Plane.Height * (High - Low)))];

    /// <summary>From 0, the left, to 1.</summary>
    public double[] Places(string name) => [.. Numbers(name).Where((_, i) => i % 2 == 0).Select(x => x / Plane.Width)];

    private IEnumerable<double> Numbers(string name) =>
        Path(name).Split(['M', 'Z', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Number);

    private string Path(string name) => (string)Of("path", name).Attribute("d")!;

    /// <summary>The last of its kind: those of the legend come first.</summary>
    private XElement Of(string element, string name) => Markup.Descendants(element).Last(e => (string?)e.Attribute("class") == name);

    private static double Number(string text)
    {
        var parts = text.Split(' ');
        var factor = parts.ElementAtOrDefault(1) switch { "G" => 1e9, "M" => 1e6, "k" => 1e3, _ => 1 };
        return factor * double.Parse(parts[0], CultureInfo.InvariantCulture);
    }
}
