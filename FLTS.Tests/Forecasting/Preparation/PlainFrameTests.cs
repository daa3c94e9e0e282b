using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Preparation;

/// <summary>The way of ordinary rows gives what the general one gives, to the bit, or leaves them to it.</summary>
[Parallelizable]
public class PlainFrameTests
{
    private static readonly ServingModel[] _models =
    [
        Model("{}"),
        Model("""{"calendar": false, "scaler": "Robust"}"""),
        Model("""{"clipping": "iqr", "scaler": "Standard"}"""),
        Model("{}", "Europe/Madrid"),
        Model("""{"lags": [2]}"""),
    ];

    [FsCheck.NUnit.Property(MaxTest = 400)]
    public Property Ordinary_rows_become_the_same_series_and_sentences_as_any_rows() => Prop.ForAll(
        Requests().ToArbitrary(),
        request =>
        {
            var (model, times, values) = request;
            var general = Try(() => ServingFrame.General([.. times], Copy(values), model, ["said"]));
            var plain = Plain([.. times], Copy(values), model, ["said"]);
            if (plain is var (series, warnings))
                AssertSame(series, warnings, general!);
            return plain is null || general is not null;
        });

    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(2, true)]
    [TestCase(3, true)]
    [TestCase(4, false, Description = "lags need rows before")]
    public void Whole_rows_in_order_are_ordinary(int model, bool isPlain)
    {
        var plain = Plain(Times(12), Values(12, 1), _models[model], []);

        Assert.That(plain is not null, Is.EqualTo(isPlain));
    }

    [Test]
    public void A_hole_a_gap_or_another_order_is_left_to_the_general_way()
    {
        var (holed, gap, turned) = (Values(12, 1), Times(12), Times(12));
        holed[1][3] = double.NaN;
        gap[11] = gap[11].AddMinutes(1);
        Array.Reverse(turned);

        Assert.That(Plain(Times(12), holed, _models[0], []), Is.Null);
        Assert.That(Plain(gap, Values(12, 1), _models[0], []), Is.Null);
        Assert.That(Plain(turned, Values(12, 1), _models[0], []), Is.Null);
    }

    /// <summary>Mostly ordinary ones; now and then a hole, rows out of order, doubled or off their minute.</summary>
    private static Gen<(ServingModel Model, DateTime[] Times, double[][] Values)> Requests() =>
        from model in Gen.Elements(_models)
        from rows in Gen.Choose(10, 40)
        from seed in Gen.Choose(0, int.MaxValue)
        from spoil in Gen.Choose(0, 7)
        from at in Gen.Choose(0, rows - 1)
        select Spoil(model, Times(rows), Values(rows, seed), spoil, at);

    private static (ServingModel Model, DateTime[] Times, double[][] Values) Spoil(
        ServingModel model, DateTime[] times, double[][] values, int spoil, int at)
    {
        switch (spoil)
        {
            case 0:
                values[at % values.Length][at] = double.NaN;
                break;
            case 1:
                (times[at], times[0]) = (times[0], times[at]);
                break;
            case 2:
                times[at] = times[0];
                break;
            case 3:
                times[at] = times[at].AddTicks(at);
                break;
        }

        return (model, times, values);
    }

    private static void AssertSame(PreparedSeries a, IReadOnlyList<string> warnings, ServingFrame general)
    {
        var b = general.Series;
        Assert.That(warnings, Is.EqualTo(general.Warnings));
        Assert.That(general.Origin, Is.EqualTo(a.Rows - 1));
        Assert.That((a.Timestamps, a.Segments, a.Columns), Is.EqualTo((b.Timestamps, b.Segments, b.Columns)));
        Assert.That((a.Targets, a.FlatTargets, a.FellBelowZero), Is.EqualTo((b.Targets, b.FlatTargets, b.FellBelowZero)));
        Assert.That(a.Step, Is.EqualTo(b.Step));
        Assert.That(a.Values.Select(Bits), Is.EqualTo(b.Values.Select(Bits)));
        Assert.That(a.Observed, Is.EqualTo(b.Observed));
    }

    /// <summary>In room that was used before.</summary>
    private static (PreparedSeries Series, IReadOnlyList<string> Warnings)? Plain(
        DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        var room = model.Plan.Rent(times.Length);
        times.CopyTo(room.Times, 0);
        for (var c = 0; c < values.Length; c++)
            values[c].CopyTo(room.Values[c], 0);
        var made = PlainFrame.TryMake(room, model, warnings);
        model.Plan.Return(room);
        return made;
    }

    private static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);

    private static double[][] Copy(double[][] values) => Array.ConvertAll(values, v => v.ToArray());

    private static ServingFrame? Try(Func<ServingFrame> make)
    {
        try
        {
            return make();
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    private static DateTime[] Times(int rows) => [.. Enumerable.Range(0, rows).Select(i => Tables.Start.AddHours(5).AddMinutes(i))];

    /// <summary>A walk, one that falls below 0, and one that was flat in train and may be so here.</summary>
    private static double[][] Values(int rows, int seed) =>
    [
        Tables.Walk(rows, seed),
        [.. Tables.Walk(rows, seed / 2).Select(v => v - 100)],
        [.. Enumerable.Range(0, rows).Select(i => seed % 2 == 0 ? 5 : 5.0 + i)],
    ];

    private static ServingModel Model(string options, string? zone = null)
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config(options),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(200, 1)), ("b", Tables.Walk(200, 2)), ("c", [.. Enumerable.Repeat(5.0, 200)])));
        var step = zone is null ? data.Meta.Step : data.Meta.Step with { Clock = ZoneClock.Of(zone) };
        return new ServingModel(
            data.Meta.Config, data.Meta.Scaler, new ModelSignature("GRU", data.Train.Columns, data.Train.Targets, 10, 1, step));
    }
}
