using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Datasets.Preview;
using FLTS.Modules.Registry.Sources;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>What a preview asks, and what it shows.</summary>
[TestFixture, Parallelizable]
internal sealed class FilePreviewTests
{
    [TestCase("time,load\n01/02/2024,1\n02/02/2024,2\n03/02/2024,3\n", "time_format")]
    [TestCase("time,load\n{0}Z,1\n{1}Z,2\n{2}Z,3\n", "timezone", "UTC", "Europe/London")]
    [TestCase("time,load\n{0}+09:00,1\n{1}+09:00,2\n{2}+09:00,3\n", "timezone", "Asia/Tokyo", "UTC")]
    [TestCase("stamp,load,up\n{0},1,5\n{1},2,6\n{2},3,7\n", "timestamp_column", "stamp")]
    [TestCase("time,load\n,kW\n{0},1\n{1},2\n{2},3\n", "skip_rows", "1")]
    [TestCase("time,load\n{0},1\n{1},err\n{2},3\n{3},bad\n{4},5\n{5},6\n", "missing_words", """["err","bad"]""")]
    [TestCase("day,clock,load\n25/01/2024,00:00,1\n25/01/2024,01:00,2\n25/01/2024,02:00,3\n", "timestamp_column", "day+clock")]
    [TestCase("time,ts,load\n{0},1,5\n{1},2,6\n{2},3,7\n", "exclude", """["ts"]""")]
    [TestCase("time,cell,load\n{0},a,1\n{0},b,1\n{1},a,2\n{1},b,2\n{2},a,3\n{2},b,3\n", "series_column", "cell")]
    public void What_a_file_leaves_open_is_asked_with_the_values_that_lead_on(string csv, string option, params string[] choices)
    {
        var hours = Enumerable.Range(0, 10).Select(i => (object)$"{new DateTime(2024, 1, 5).AddHours(i):yyyy-MM-ddTHH:mm:ss}").ToArray();
        var seen = Look(csv.Contains("{0}", StringComparison.Ordinal) ? string.Format(CultureInfo.InvariantCulture, csv, hours) : csv);

        var asked = seen.Questions[0];
        Assert.That(asked.Option, Is.EqualTo(option), seen.Refused);
        if (choices.Length > 0)
            Assert.That(asked.Choices.Select(c => c is JsonValue ? c.ToString() : c.ToJsonString()).ToList(), Is.EqualTo(choices));
        Assert.That(seen.IsReadable, Is.False);
        Assert.That(seen.Times, Is.Not.Null, "it is shown with the first choice");
        Assert.That(asked.Question, Does.StartWith("preview.csv: "));
    }

    [Test]
    public void An_answer_is_an_option_that_is_given()
    {
        const string Csv = "stamp,load\n2024-01-05 00:00,1\n2024-01-05 01:00,2\n2024-01-05 02:00,3\n";

        var seen = Look(Csv, new JsonObject { ["timestamp_column"] = "stamp" });

        Assert.That((seen.IsReadable, seen.Questions.Count, seen.Refused), Is.EqualTo((true, 0, (string?)null)));
        Assert.That(seen.Options.ToJsonString(), Is.EqualTo("""{"timestamp_column":"stamp"}"""));
        Assert.That(() => Look(Csv, new JsonObject { ["stamp"] = 1 }), Throws.TypeOf<InvalidInputException>());
    }

    [Test]
    public void Columns_are_shown_as_what_they_are_taken_for()
    {
        var seen = Look(
            ",time,load,note,empty,spare,\n0,2024-01-05 00:00,1,a,,7,\n1,2024-01-05 01:00,2,b,,8,\n2,2024-01-05 02:00,3,c,,9,\n",
            new JsonObject { ["exclude"] = new JsonArray("spare") });

        Assert.That(
            seen.Columns.Select(c => (c.Name, c.Kind)),
            Is.EqualTo([
                ("column_1", ColumnKind.Index), ("time", ColumnKind.Time), ("load", ColumnKind.Numeric), ("note", ColumnKind.Text),
                ("empty", ColumnKind.Numeric), ("spare", ColumnKind.Excluded), ("column_7", ColumnKind.Empty),
            ]));
        Assert.That(seen.LeftOut, Has.Count.EqualTo(2));
    }

    [TestCase("2018-02-05 23:40:00", "yyyy-MM-dd HH:mm:ss")]
    [TestCase("2018-02-05T23:40:00.123Z", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK")]
    [TestCase("2018-02-05T23:40:00+01:00", "yyyy-MM-dd'T'HH:mm:sszzz")]
    [TestCase("05/02/2018 23:40", "dd/MM/yyyy HH:mm")]
    [TestCase("02/05/2018 23:40", "MM/dd/yyyy HH:mm")]
    [TestCase("05-Feb-2018", "dd-MMM-yyyy")]
    [TestCase("20180205", "yyyyMMdd")]
    [TestCase("2018020523", "yyyyMMddHH")]
    [TestCase("1517874000", "epoch_seconds")]
    [TestCase("1517874000000", "epoch_milliseconds")]
    public void The_form_of_the_times_is_told_in_the_letters_of_the_option(string text, string form) =>
        Assert.That(TimeForm.Of(text, new DateTime(2018, 2, 5, 23, 40, 0)), Is.EqualTo(form));

    private static FilePreview Look(string csv, JsonObject? given = null)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var file = PreviewFile.OfBodyAsync("preview.csv", body, default).GetAwaiter().GetResult();
        return FilePreviewer.Look(file, given ?? [], new DatasetOptions(), default);
    }
}
