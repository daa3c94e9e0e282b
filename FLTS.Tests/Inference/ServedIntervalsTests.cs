using System.Globalization;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Inference.Windows;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Live;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>The intervals of an answer follow what the registry knows of the champion's truths.</summary>
[TestFixture, Parallelizable]
internal sealed class ServedIntervalsTests
{
    private const int Steps = 8;

    private static readonly Identifier _station = new("station");
    private static readonly DateTime _start = new(2026, 1, 5);
    private static readonly double[] _levels = [80, 50, 95];

    private ServingRig _rig = null!;
    private PreparedDataset _dataset = null!;
    private ServedChampion _champion = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _rig = await ServingRig.StartAsync();
        _dataset = await _rig.PrepareAsync("station", Csv());
        _champion = await _rig.PromoteAsync(_dataset, "AR", 1, "station");
        await _rig.LookAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task Where_no_truth_is_known_the_fixed_ones_answer()
    {
        var (forecast, _) = await AskAsync(_rig);

        Assert.That(forecast.Adapted, Is.Null);
        Check(forecast, AdaptedIntervals.None);
    }

    [Test]
    public async Task Intervals_of_80_and_95_of_the_first_five_steps_are_the_trackers_quantiles_times_the_scale_and_others_stay_fixed()
    {
        var (before, _) = await AskAsync(_rig);
        var state = await MoveAsync(12);
        Check((await AskAsync(_rig)).Forecast, AdaptedIntervals.None); // Nobody has looked yet.
        await _rig.LookAsync();

        var (forecast, _) = await AskAsync(_rig);
        var adapted = forecast.Adapted!;
        Assert.That((adapted.Levels, adapted.Leads, adapted.Revision), Is.EqualTo((new double[] { 80, 95 }, new[] { 1, 2, 3, 4, 5 }, 12L)));
        Check(forecast, state);
        foreach (var (level, h, m) in from l in new[] { 0, 2 } from h in Enumerable.Range(0, 5) from m in new[] { 0, 1 } select (l, h, m))
            Assert.That(forecast.Intervals[level].High[h, m], Is.GreaterThan(before.Intervals[level].High[h, m]), $"{level} {h} {m}");
        using var short3 = PredictRequest.Newest(_station, 3, [50, 80]);
        var few = await _rig.Get<PredictService>().PredictAsync(short3, null, new("test"), default);
        Assert.That((few.Adapted!.Levels, few.Adapted.Leads), Is.EqualTo((new double[] { 80 }, new[] { 1, 2, 3 })));
        using var other = PredictRequest.Newest(_station, 3, [50]);
        Assert.That((await _rig.Get<PredictService>().PredictAsync(other, null, new("test"), default)).Adapted, Is.Null);
    }

    [Test]
    public async Task Beyond_five_steps_the_knots_of_the_newest_seasons_answer_with_what_lies_between_and_are_named()
    {
        var before = await AskAsync();
        var model = _rig.Slots.Take(_station);
        var windows = IntervalWindows.Of(model.Intervals, 2, season: 24, stride: 1, Enumerable.Range(0, 80).Select(
            i => new TruthErrors(new DateTime(2026, 3, 1).AddHours(i), 10, i % 2 == 0 ? [50, 90] : [-50, -90])));
        model.Release();
        await MoveAsync(12);
        await _rig.Registry.UseAsync(async db =>
        {
            await IntervalStates.PutWindowsAsync(db, _station, _champion.RunId, windows.Pack(), default);
            return true;
        });
        await _rig.LookAsync();

        var after = await AskAsync();
        Assert.That((after.Adapted!.Leads, after.Adapted.Revision), Is.EqualTo((new[] { 1, 2, 3, 4, 5, 10 }, 13L)));
        foreach (var (h, m) in from h in new[] { 5, 8, 9, 11 } from m in new[] { 0, 1 } select (h, m))
        {
            var (inner, outer) = (after.Intervals[0], after.Intervals[1]);
            Assert.That(inner.High[h, m], Is.GreaterThan(before.Intervals[0].High[h, m]), $"{h} {m}");
            Assert.That(inner.High[h, m] <= outer.High[h, m] && inner.Low[h, m] >= outer.Low[h, m], $"{h} {m}");
        }

        async Task<Forecast> AskAsync()
        {
            using var request = PredictRequest.Newest(_station, 12, [80, 95]);
            return await _rig.Get<PredictService>().PredictAsync(request, null, new("test"), default);
        }
    }

    [Test]
    public async Task The_entity_tag_changes_with_the_revision_where_intervals_that_adapt_are_asked_for()
    {
        var tags = new List<(string With, string Without)> { await TagsAsync() };
        foreach (var revision in new[] { 12, 13 })
        {
            await MoveAsync(revision);
            await _rig.LookAsync();
            tags.Add(await TagsAsync());
            Assert.That(await TagsAsync(), Is.EqualTo(tags[^1]));
        }

        Assert.That(tags.Select(t => t.With), Is.Unique);
        Assert.That(tags.Select(t => t.Without).Distinct(), Has.Exactly(1).Items, "its answer follows from none");

        async Task<(string, string)> TagsAsync() => ((await AskAsync(_rig)).Tag, (await AskAsync(_rig, [50])).Tag);
    }

    [Test]
    public async Task A_process_that_starts_again_has_them_from_its_first_look_on()
    {
        var state = await MoveAsync(12);
        await using var again = _rig.Again();
        await again.LookAsync();

        var (forecast, _) = await AskAsync(again);
        Assert.That(forecast.Adapted!.Revision, Is.EqualTo(12));
        Check(forecast, state);
    }

    [Test]
    public async Task A_new_champion_answers_with_its_own_and_the_one_before_with_those_it_had_when_it_is_in_force_again()
    {
        var state = await MoveAsync(12);
        await _rig.PromoteAsync(_dataset, "NAIVE", 2, "station");
        await _rig.LookAsync();
        var (next, _) = await AskAsync(_rig);
        Assert.That((next.Version, next.Adapted), Is.EqualTo((2, (IntervalsAdapted?)null)));

        await _rig.PromoteAgainAsync(_champion, 3);
        await _rig.LookAsync();
        var (back, _) = await AskAsync(_rig);
        Assert.That((back.Version, back.Adapted!.Revision), Is.EqualTo((3, 12L)));
        Check(back, state);
    }

    [Test]
    public async Task A_row_that_is_no_state_of_the_model_leaves_the_fixed_ones_and_is_told()
    {
        await AdvanceAsync([1, 2, 3], 5);
        await _rig.LookAsync();

        var (forecast, _) = await AskAsync(_rig);
        Assert.That(forecast.Adapted, Is.Null);
        Check(forecast, AdaptedIntervals.None);
    }

    private void Check(Forecast forecast, AdaptedIntervals state)
    {
        var model = _rig.Slots.Take(_station);
        try
        {
            foreach (var (interval, level) in forecast.Intervals.Zip(_levels))
            {
                for (var (h, m) = (0, 0); h < Steps; (h, m) = m == 0 ? (h, 1) : (h + 1, 0))
                {
                    var value = forecast.Values[0, h, m];
                    var within = model.Restorer.Stated(m, model.Newest.Series!, model.Newest.Series!.Rows - 1);
                    var expected = model.Intervals.Around(m, h, value, level, within)!.Value;
                    if (state.Quantiles(m, h, level) is var (low, high))
                    {
                        var scale = model.Intervals.Scale(m, h, value);
                        expected = (
                            Math.Min(value, within.Clamp(value + (low * scale))), Math.Max(value, within.Clamp(value + (high * scale))));
                    }

                    Assert.That((interval.Low[h, m], interval.High[h, m]), Is.EqualTo(expected), $"{level} {h} {m}");
                }
            }
        }
        finally
        {
            model.Release();
        }
    }

    /// <summary>As if so many truths had been much higher than what was forecast.</summary>
    private async Task<AdaptedIntervals> MoveAsync(int truths)
    {
        var model = _rig.Slots.Take(_station);
        var state = AdaptedIntervals.Begin(model.Intervals, 2, 5).With(
            from n in Enumerable.Range(0, truths)
            from lead in Enumerable.Range(1, 5)
            select new TruthErrors(new DateTime(2026, 3, 1).AddHours(n), lead, [100, 200]));
        model.Release();
        await AdvanceAsync(state.Pack(), truths);
        return state;
    }

    private async Task AdvanceAsync(byte[] packed, long revision)
    {
        var before = (await _rig.Get<LiveReader>().IntervalsAsync(_station, _champion.RunId, default))?.CountedTo;
        var now = new IntervalState(_champion.RunId, Rows.Now.AddHours(revision), revision, packed);
        Assert.That(await _rig.Registry.UseAsync(db => IntervalStates.AdvanceAsync(db, _station, now, before, default)), Is.True);
    }

    private static async Task<(Forecast Forecast, string Tag)> AskAsync(ServingRig rig, double[]? levels = null)
    {
        levels ??= _levels;
        var tag = "";
        using var request = PredictRequest.Newest(_station, Steps, levels);
        var forecast = await rig.Get<PredictService>().PredictAsync(
            request,
            null,
            new("test"),
            (model, asked) =>
            {
                tag = ForecastTag.Of(model, asked, levels, "json");
                return false;
            },
            default);
        return (forecast!, tag);
    }

    private static string Csv() => "time,down,up\n" + string.Concat(Enumerable.Range(0, 600).Select(r => string.Create(
        CultureInfo.InvariantCulture,
        $"{_start.AddHours(r):yyyy-MM-dd HH:mm:ss},{300 + (50 * Math.Sin(r / 4.0)) + (r * 7919 % 101)},{r * 31 % 17}\n")));
}
