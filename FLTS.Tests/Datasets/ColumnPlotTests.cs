using FLTS.Modules.Datasets;
using FLTS.Tests.Forecasting.Preparation;
using FLTS.Tests.Host;
using NUnit.Framework;
using SkiaSharp;

namespace FLTS.Tests.Datasets;

[TestFixture, Parallelizable]
internal sealed class ColumnPlotTests
{
    private static readonly double[] _ordinary = [.. Enumerable.Range(0, 500).Select(i => 100 + (30 * Math.Sin(i / 20.0)))];

    private static IEnumerable<TestCaseData> Columns()
    {
        yield return Case("an ordinary column", _ordinary, null);
        yield return Case("with a test part", _ordinary, _ordinary);
        yield return Case("flat", Same(5.5), null);
        yield return Case("flat at 0 with a test part", Same(0), Same(0));
        yield return Case("flat in train alone", Same(5.5), _ordinary);
        yield return Case("never filled", Same(double.NaN), null);
        yield return Case("never filled in test", _ordinary, Same(double.NaN));
        yield return Case("never filled in train", Same(double.NaN), _ordinary);
        yield return Case("never filled at all", Same(double.NaN), Same(double.NaN));
        yield return Case("a single value", [double.NaN, 7, double.NaN], null);
        yield return Case("two rows", [1, 2], [3]);
        yield return Case("mostly missing", [.. _ordinary.Select((v, i) => i % 10 == 0 ? v : double.NaN)], null);
        yield return Case("the largest there are", [-1e100, 1e100, 0, 5, 1e100], [1e100, -1e100]);
        yield return Case("the smallest there are", [5e-324, 0, 1e-323, 5e-324, 0], null);
        yield return Case("small beside their level", [.. _ordinary.Select(v => 1e15 + v)], null);
        yield return Case("skewed", [.. Enumerable.Range(0, 500).Select(i => Math.Exp(i / 40.0) - 1)], _ordinary);
        yield return Case("many rows", [.. Enumerable.Range(0, 200_000).Select(i => Math.Sin(i / 500.0) + (i % 97))], null);

        static double[] Same(double value) => [.. Enumerable.Repeat(value, 300)];

        static TestCaseData Case(string what, double[] train, double[]? test) => new TestCaseData(train, test).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Columns))]
    public void Any_column_is_drawn_in_the_size_that_is_promised(double[] train, double[]? test)
    {
        var png = ColumnPlot.Draw(
            "station: a",
            "a",
            Tables.Make("x.csv", 0, ("b", train), ("a", train)),
            test is null ? null : Tables.Make("x_test.csv", train.Length, ("a", test)));

        using var image = SKBitmap.Decode(png);
        Assert.That(image, Is.Not.Null, "it is no image");
        Assert.That((image.Width, image.Height), Is.EqualTo((1200, 800)));
        Assert.That(png.AsSpan(0, 8).SequenceEqual((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]), Is.True);
        Assert.That(png, Has.Length.LessThan(400_000), "it must not grow with the rows");

        // The series is in the upper half: train blue, test orange; a part without values has no entry in the legend either.
        RequireDrawn(image, train, p => p.Blue > p.Red + 60, "train");
        if (test is not null)
            RequireDrawn(image, test, p => p.Red > p.Blue + 60, "test");
    }

    private static void RequireDrawn(SKBitmap image, double[] values, Func<SKColor, bool> has, string part)
    {
        var pixels = Enumerable.Range(0, 400).SelectMany(y => Enumerable.Range(0, 1200).Select(x => image.GetPixel(x, y))).Count(has);
        Assert.That(pixels, Array.TrueForAll(values, double.IsNaN) ? Is.Zero : Is.GreaterThan(4), $"pixels of {part}");
    }

    [TestCase(8_600_000, 2_286_065_520, 200_000_000, "0.2 G")]
    [TestCase(0, 450_000_000, 50_000_000, "50 M")]
    [TestCase(0, 450_000_000, 0, "0")]
    [TestCase(500, 16_000, 1000, "1,000")]
    [TestCase(0, 1, 0.30000000000000004, "0.3")]
    [TestCase(1e15, 1e15 + 60, 1e15 + 20, "1,000,000,000,000,020")]
    [TestCase(-1e100, 1e100, 5e99, "5e+99")]
    [TestCase(0, 1e-12, 5e-13, "5e-13")]
    public void Numbers_on_an_axis_are_short_and_still_differ(double least, double greatest, double value, string expected)
    {
        using var plot = new ScottPlot.Plot();
        PlotText.LabelNumbers(plot.Axes.Left, least, greatest);
        Assert.That(((ScottPlot.TickGenerators.NumericAutomatic)plot.Axes.Left.TickGenerator).LabelFormatter(value), Is.EqualTo(expected));
    }

    [Test]
    public void Names_of_any_length_and_script_leave_room_for_the_plot()
    {
        foreach (var name in new[] { new string('x', 5000), "\u202edown\a", "\U0001F600 \u4e0b\u884c \u0635\u0639\u0648\u062f", "" })
        {
            using var image = SKBitmap.Decode(ColumnPlot.Draw($"station: {name}", name, Tables.Make("x.csv", 0, (name, _ordinary)), null));
            Assert.That((image.Width, image.Height), Is.EqualTo((1200, 800)));
            RequireDrawn(image, _ordinary, p => p.Blue > p.Red + 60, name);
        }
    }

    [Test]
    public void A_test_part_without_the_column_is_left_out()
    {
        var png = ColumnPlot.Draw(
            "station: a",
            "a",
            Tables.Make("x.csv", 0, ("a", _ordinary)),
            Tables.Make("x_test.csv", 500, ("b", _ordinary)));
        using var image = SKBitmap.Decode(png);
        Assert.That((image.Width, image.Height), Is.EqualTo((1200, 800)));
    }

    [Test]
    public void Long_gaps_and_steps_longer_than_a_day_are_drawn()
    {
        foreach (var minutes in new[]
        {
            (int[])[.. Enumerable.Range(0, 100), .. Enumerable.Range(50_000, 100)],
            [.. Enumerable.Range(0, 40).Select(i => i * 2880)],
        })
        {
            var png = ColumnPlot.Draw(
                "station: a", "a", Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)(m % 7))])), null);
            using var image = SKBitmap.Decode(png);
            Assert.That((image.Width, image.Height), Is.EqualTo((1200, 800)));
        }
    }

    [Test]
    public async Task Plots_are_answered_as_png_and_the_second_time_from_memory()
    {
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();
        await host.PutAsync("station", DatasetClient.Csv(0, 100, "time,Mbit/s,Stra\u00dfe %2f\n"))
            .ExpectAsync(System.Net.HttpStatusCode.Created);

        foreach (var column in new[] { "Mbit%2Fs", "Stra%C3%9Fe%20%252f" })
        {
            using var first = await host.Http.GetAsync($"/datasets/station/plots/{column}");
            using var second = await host.Http.GetAsync($"/datasets/station/plots/{column}");
            var (one, two) = (await first.Content.ReadAsByteArrayAsync(), await second.Content.ReadAsByteArrayAsync());

            Assert.That(first.Content.Headers.ContentType!.MediaType, Is.EqualTo("image/png"), column);
            Assert.That(two, Is.EqualTo(one), column);
            using var image = SKBitmap.Decode(one);
            Assert.That((image.Width, image.Height), Is.EqualTo((1200, 800)));
        }
    }
}
