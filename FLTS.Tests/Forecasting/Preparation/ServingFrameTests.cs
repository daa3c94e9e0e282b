using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Preparation;
using FLTS.Tests.Inference;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class ServingFrameTests
{
    private static readonly DateTime _now = new(2024, 5, 1, 12, 0, 30);

    [Test]
    public void Rows_of_a_client_are_prepared_as_the_same_rows_of_test_were()
    {
        var (data, model, raw) = Trained("""{"lags": [2], "clipping": "iqr"}""");
        var rows = Enumerable.Range(80, 12).ToArray();
        var frame = SentRows.Read(Data(rows, raw), null, model, null);
        Assert.That((frame.Series.Rows, frame.Origin, frame.Warnings), Is.EqualTo((12, 11, Array.Empty<string>())));
        Assert.That(frame.Series.Columns, Is.EqualTo(data.Test.Columns));
        for (var f = 0; f < data.Test.Columns.Count; f++)
            Assert.That(frame.Series.Values[f][2..], Is.EqualTo(data.Test.Values[f][2..12]), data.Test.Columns[f]);
    }

    [Test]
    public void As_many_rows_are_asked_for_as_the_model_s_own_lags_reach_back()
    {
        var (_, model, raw) = Trained("""{"lags": [2, 15]}""");
        Assert.That(model.RowsNeeded, Is.EqualTo(25));
        var unlagged = model with { Signature = model.Signature with { Inputs = ["a", "b", "a_lag_2"], InputLength = 1 } };

        Assert.That(unlagged.RowsNeeded, Is.EqualTo(3));
        Assert.That(SentRows.Read(Data([0, 1, 2], raw), null, unlagged, null).Series.Rows, Is.EqualTo(3));
        Assert.That(
            () => SentRows.Read(Data([0, 1], raw), null, unlagged, null),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("'data' has 2 rows; the model needs at least 3."));
    }

    [Test]
    public void Rows_just_enough_for_one_step_are_enough_for_many()
    {
        var (data, model, raw) = Trained("""{"lags": [15]}""");
        using var fitted = new ArFamily().Create(new JsonObject { ["input_len"] = 10 })
            .Fit(data.TrainingSet, new FitContext(1, null, default)).Model;
        var frame = SentRows.Read(Data([.. Enumerable.Range(40, 25)], raw), null, model with { Signature = fitted.Signature }, null);

        var forecast = fitted.Forecast([new Window(frame.Series, frame.Origin)], 20);

        Assert.That(forecast.Cast<double>(), Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Missing_cells_take_the_last_value_before_them_and_leading_ones_the_first_there_is()
    {
        var (_, model, raw) = Trained("""{"scaler": "None"}""");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data["a"]![0] = null;
        data["a"]![5] = null;
        var frame = SentRows.Read(data, null, model, null);
        Assert.That((frame.Series.Values[0][0], frame.Series.Values[0][5]), Is.EqualTo((raw[0][1], raw[0][4])));
        Assert.That(
            (frame.Series.Observed[0][0], frame.Series.Observed[0][5], frame.Series.Observed[0][6]),
            Is.EqualTo((false, false, true)));
    }

    [Test]
    public void Rows_without_times_that_a_request_says_to_end_now_end_now_and_the_answer_says_so()
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data.Remove("ts");
        var frame = SentRows.Read(data, null, model, _now);
        Assert.That(frame.Series.Timestamps[^1], Is.EqualTo(new DateTime(2024, 5, 1, 12, 0, 0)));
        Assert.That(frame.Warnings, Has.One.Contains("'data' holds no times: the rows are taken to end at 2024-05-01 12:00:00"));
    }

    [TestCase("ts")]
    [TestCase("timestamp")]
    [TestCase("time")]
    [TestCase("date")]
    [TestCase("ds")]
    public void A_list_of_a_name_for_times_holds_the_times(string name)
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        var times = data["ts"]!.DeepClone();
        data.Remove("ts");
        data[name] = times;
        var frame = SentRows.Read(data, null, model, null);
        Assert.That((frame.Series.Timestamps[0], frame.Warnings.Count), Is.EqualTo((Tables.Start, 0)));
    }

    [Test]
    public void Rows_without_times_are_refused_with_the_names_that_times_may_have()
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data["Timestamp"] = data["ts"]!.DeepClone();
        data.Remove("ts");
        Assert.That(
            () => SentRows.Read(data, null, model, null),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo(
                "'data' holds no times: send them as a list named ts, timestamp, time, date or ds, or name their list as 'index_col' "
                + "(not known to the model: 'Timestamp'); rows that end now are sent with \"origin\": \"now\"."));
    }

    [Test]
    public void Times_and_an_origin_that_is_now_contradict_each_other()
    {
        var (_, model, raw) = Trained("{}");
        Assert.That(
            () => SentRows.Read(Data([.. Enumerable.Range(0, 12)], raw), null, model, _now),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("'origin' is now, but 'data.ts' has the times"));
    }

    [Test]
    public void Columns_the_model_does_not_know_are_a_warning()
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data["zzz"] = new JsonArray("anything");
        Assert.That(SentRows.Read(data, null, model, null).Warnings, Is.EqualTo(new[] { "Not used by the model: zzz." }));
    }

    [Test]
    public void A_short_gap_is_filled_with_a_warning_and_a_long_one_leaves_too_few_rows()
    {
        var (_, model, raw) = Trained("{}");
        var frame = SentRows.Read(Data([.. Enumerable.Range(0, 8), .. Enumerable.Range(10, 8)], raw), null, model, null);
        Assert.That(frame.Series.Rows, Is.EqualTo(18));
        Assert.That(frame.Warnings, Has.One.EqualTo("2 missing rows were filled with the last value before them."));
        Assert.That(
            () => SentRows.Read(Data([.. Enumerable.Range(0, 12), .. Enumerable.Range(60, 5)], raw), null, model, null),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains("Only 5 rows follow the gap that ends before 2024-01-01 01:00:00; the model needs 10 rows"));
    }

    [TestCase("[1, 2]", "'data' must be an object of lists")]
    [TestCase("""{"a": 1}""", "'data.a' must be a list")]
    [TestCase("""{"ts": ["2024-01-01"], "b": [1]}""", "'data' lacks the column a; the model needs a, b")]
    [TestCase("""{"ts": [], "a": [], "b": []}""", "'data' has 0 rows; the model needs at least 10")]
    [TestCase("""{"a": [1, 2, 3], "b": [1, 2]}""", "'data.b' has 2 values, but 'data.a' has 3; all lists must be equally long")]
    [TestCase(
        """{"ts": ["2024-01-01 00:00:00", "2024-01-01 00:01:00", "2024-01-01 00:02:00"], "a": [1, 2, 3], "b": [1, 2, 3]}""",
        "'data' has 3 rows; the model needs at least 10")]
    public void A_request_that_lacks_something_is_refused_with_what_it_lacks(string json, string message) =>
        Assert.That(
            () => SentRows.Read(JsonNode.Parse(json)!, null, Trained("{}").Model, null),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));

    [TestCase("a", 3, "\"much\"", "'data.a', row 4: \"much\" is no finite number")]
    [TestCase("a", 3, "[12]", "'data.a', row 4: [12] is no finite number")]
    [TestCase("a", 3, "1e400", "'data.a', row 4: 1e400 is no finite number")]
    [TestCase("ts", 2, "\"yesterday\"", "'data.ts', row 3: \"yesterday\" is no timestamp")]
    [TestCase(
        "ts", 2, "\"2024-01-01T00:02:00Z\"", "'data.ts', row 3: \"2024-01-01T00:02:00Z\" has a zone, but the model's dataset states none")]
    public void A_wrong_cell_is_refused_with_column_and_row(string column, int row, string value, string message)
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data[column]![row] = JsonNode.Parse(value);
        Assert.That(
            () => SentRows.Read(data, null, model, null),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(message));
    }

    [Test]
    public void Rows_may_come_in_any_order_and_of_a_doubled_time_the_last_counts_and_the_answer_says_so()
    {
        var (_, model, raw) = Trained("{}");
        int[] rows = [.. Enumerable.Range(0, 12)];
        var inOrder = SentRows.Read(Data(rows, raw), null, model, null).Series;
        new Random(5).Shuffle(rows);

        var shuffled = SentRows.Read(Data(rows, raw), null, model, null);
        Assert.That(shuffled.Series.Timestamps, Is.EqualTo(inOrder.Timestamps));
        Assert.That(shuffled.Series.Values, Is.EqualTo(inOrder.Values));
        Assert.That(shuffled.Warnings, Is.Empty);

        var doubled = SentRows.Read(Data([4, .. rows], raw), null, model, null);
        Assert.That(doubled.Series.Values, Is.EqualTo(inOrder.Values));
        Assert.That(doubled.Warnings, Is.EqualTo(new[] { "1 row of 'data' has the time of a later row and is not used." }));
    }

    [Test]
    public void Cells_are_read_as_those_of_a_file_of_the_dataset()
    {
        var (_, model, raw) = Trained("""{"missing_words": ["off"], "scaler": "None"}""");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        var expected = SentRows.Read(data, null, model, null).Series.Values[0];
        for (var row = 0; row < 12; row++)
            data["a"]![row] = data["a"]![row]!.ToJsonString();
        Assert.That(SentRows.Read(data, null, model, null).Series.Values[0], Is.EqualTo(expected));

        (data["a"]![4], data["a"]![5], data["a"]![6], data["a"]![7]) = ("off", "1,5", "true", false);
        Assert.That(
            SentRows.Read(data, null, model, null).Series.Values[0][4..8], Is.EqualTo(new[] { expected[3], 1.5, 1, 0 }));
    }

    [TestCase("dd/MM/yyyy HH:mm")]
    [TestCase("d MMM yyyy HH:mm")]
    [TestCase("MM/dd/yyyy HH:mm")]
    public void Times_are_read_in_the_stated_form_and_in_iso(string form)
    {
        var (_, model, raw) = Trained($$"""{"time_format": "{{form}}"}""");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        var expected = SentRows.Read(data, null, model, null).Series.Timestamps;
        for (var row = 0; row < 12; row++)
            data["ts"]![row] = DateTime.Parse((string)data["ts"]![row]!, CultureInfo.InvariantCulture)
                .ToString(form, CultureInfo.InvariantCulture);
        Assert.That(SentRows.Read(data, null, model, null).Series.Timestamps, Is.EqualTo(expected));
    }

    [Test]
    public void Another_step_than_the_model_s_is_refused_with_both_named()
    {
        var (_, model, raw) = Trained("{}");
        Assert.That(
            () => SentRows.Read(Data([.. Enumerable.Range(0, 12).Select(i => 5 * i)], raw), null, model, null),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains("Only 0 of the 11 steps between rows are 00:01:00, the step the model was trained on"));
    }

    [Test]
    public void The_index_column_may_be_named_and_a_name_that_is_not_there_is_refused()
    {
        var (_, model, raw) = Trained("{}");
        var data = Data([.. Enumerable.Range(0, 12)], raw);
        data["when"] = data["ts"]!.DeepClone();
        data.Remove("ts");
        Assert.That(SentRows.Read(data, "when", model, null).Series.Timestamps[0], Is.EqualTo(Tables.Start));
        Assert.That(
            () => SentRows.Read(data, "clock", model, null),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("'data' has no list 'clock', which index_col names"));
    }

    [Test]
    public void The_newest_rows_of_a_table_serve_too()
    {
        var (data, model, raw) = Trained("{}");
        var frame = ServingFrame.FromTable(Tables.Make("x.csv", 0, ("b", raw[1]), ("other", raw[0]), ("a", raw[0])), model);
        Assert.That(frame.Series.Values[0][80..], Is.EqualTo(data.Test.Values[0]));
        Assert.That(frame.Series.Timestamps[frame.Origin], Is.EqualTo(data.Test.Timestamps[^1]));
    }

    private static (PreparedDataset Data, ServingModel Model, double[][] Raw) Trained(string options)
    {
        double[][] raw = [Tables.Walk(100, 1), Tables.Walk(100, 2)];
        var data = DatasetPreparer.Prepare(Tables.Config(options), Tables.Make("x.csv", 0, ("a", raw[0]), ("b", raw[1])));
        var signature = new ModelSignature("GRU", data.Train.Columns, data.Train.Targets, 10, 1, data.Meta.Step);
        return (data, new ServingModel(data.Meta.Config, data.Meta.Scaler, signature), raw);
    }

    private static JsonObject Data(int[] minutes, double[][] raw) => new()
    {
        ["ts"] = new JsonArray([.. minutes.Select(m => (JsonNode)$"{Tables.Start.AddMinutes(m):yyyy-MM-dd HH:mm:ss}")]),
        ["a"] = new JsonArray([.. minutes.Select(m => (JsonNode)raw[0][m])]),
        ["b"] = new JsonArray([.. minutes.Select(m => (JsonNode)raw[1][m])]),
    };
}
