using System.Buffers;
using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Series;
using FLTS.Modules.Inference.Protocols;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Primitives;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What is written of a forecast.</summary>
[TestFixture, Parallelizable]
internal sealed class AnswerTests
{
    private static readonly JsonSerializerOptions _options = Options();

    [TestCase(1, 0)]
    [TestCase(3, 0)]
    [TestCase(4, 2)]
    public void JSON_is_byte_for_byte_what_the_serialised_document_is(int steps, int levels)
    {
        foreach (var forecast in (Forecast[])
        [
            Make(steps, levels),
            Make(steps, levels) with { Warnings = ["'a<b>' & \"c\" \u00e9\u2013\ud83d\ude00 'x'", "second"] },
            Make(steps, levels) with { Adapted = new IntervalsAdapted([80, 99.5], [1, 2], 12) },
            Make(steps, levels) with { Step = (SeriesStep)TimeSpan.FromMilliseconds(1.5) },
            Make(steps, levels) with { Step = (SeriesStep)TimeSpan.FromHours(1) with { Clock = ZoneClock.Of("Europe/Madrid") } },
        ])
        {
            var expected = JsonSerializer.Serialize(ForecastDocument.Of(forecast), _options);

            Assert.That(Json(writer => AnswerJson.Write(writer, forecast)), Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_batch_is_byte_for_byte_what_the_serialised_document_is()
    {
        var (forecast, problem) = (Make(2, 1), new BatchProblem(404, "No model is served for 'x'."));
        var expected = JsonSerializer.Serialize(
            new BatchAnswer([new(ForecastDocument.Of(forecast), null), new(null, problem)]), _options);

        Assert.That(Json(writer => AnswerJson.Write(writer, [(forecast, null), (null, problem)])), Is.EqualTo(expected));
    }

    [Test]
    public void CSV_has_the_targets_and_the_ends_of_each_interval()
    {
        var bytes = new ArrayBufferWriter<byte>();
        AnswerCsv.Write(bytes, Make(2, 1));

        Assert.That(Encoding.UTF8.GetString(bytes.WrittenSpan), Is.EqualTo(
            "ts,down,\"a \"\"b\"\", <c>\",down_low_80,down_high_80,\"a \"\"b\"\", <c>_low_80\",\"a \"\"b\"\", <c>_high_80\"\n"
            + "2018-03-05T15:18:00,0.1,-1E+20,,,-1.5E+20,-5E+19\n"
            + "2018-03-05T15:20:00,1234567.875,0,1111111.0875,1358024.6625,0,0\n"));
    }

    [TestCase("", false)]
    [TestCase("*/*", false)]
    [TestCase("application/json", false)]
    [TestCase("text/csv", true)]
    [TestCase("TEXT/CSV; charset=utf-8", true)]
    [TestCase("text/csv, */*;q=0.1", true)]
    [TestCase("text/csv;q=0.5, application/json", false)]
    [TestCase("application/json;q=0.5, text/csv", true)]
    [TestCase("text/csv;q=0", false)]
    [TestCase("text/csv;;;,,=", false)]
    public void CSV_is_for_those_who_would_rather_have_it(string accept, bool isCsv) =>
        Assert.That(AnswerFormat.IsCsv(new StringValues(accept)), Is.EqualTo(isCsv));

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = _options.Encoder, SkipValidation = true }))
            write(writer);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static JsonSerializerOptions Options()
    {
        var options = new JsonOptions().SerializerOptions;
        FLTS.Host.Hosting.Json.Configure(options);
        return options;
    }

    /// <summary>Values of many sizes, targets whose names need care, and a step without an interval.</summary>
    private static Forecast Make(int steps, int levels)
    {
        var manifest = new WatchedModel(1).Loaded.Manifest with { Targets = ["down", "a \"b\", <c>"] };
        double[] sizes = [0.1, -1e20, 1234567.875, 0, -0.0, 1e-7, double.Epsilon, 1 / 3.0];
        var values = new double[1, steps, 2];
        for (var i = 0; i < steps * 2; i++)
            values[0, i / 2, i % 2] = sizes[i % sizes.Length];
        return new Forecast(
            new("PobleSec"), 3, manifest, TimeSpan.FromMinutes(2), new DateTime(2018, 3, 5, 15, 16, 0), values,
            [.. Enumerable.Range(0, levels).Select(l => Around(l == 0 ? "80" : "99.9", values))], []);
    }

    private static Interval Around(string level, double[,,] values)
    {
        var (steps, targets) = (values.GetLength(1), values.GetLength(2));
        var (low, high) = (new double[steps, targets], new double[steps, targets]);
        for (var i = 0; i < steps * targets; i++)
        {
            var (h, m) = (i / targets, i % targets);
            var half = Math.Abs(values[0, h, m]) * (m == 0 ? 0.1 : 0.5);
            (low[h, m], high[h, m]) = i == 0 ? (double.NaN, double.NaN) : (values[0, h, m] - half, values[0, h, m] + half);
        }

        return new Interval(level, low, high);
    }
}
