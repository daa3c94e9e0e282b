using System.Collections.Concurrent;
using FLTS.Modules.Inference.Models;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
[Parallelizable]
internal sealed class ModelSlotsTests
{
    [Test]
    public void Who_names_a_model_gets_it_and_who_names_none_gets_the_only_one_or_the_global_one()
    {
        using var slots = new ModelSlots();
        Assert.That(() => slots.Take(null), Throws.TypeOf<UnavailableException>().With.Message.Contains("No model is loaded yet"));
        Assert.That(() => slots.Take(new("station")), Throws.TypeOf<UnavailableException>(), "the name may be right");

        slots.Swap(new WatchedModel(1, "station").Served);
        Assert.That((Taken(slots, null), Taken(slots, "station")), Is.EqualTo(("station", "station")));
        Assert.That(
            () => slots.Take(new("elsewhere")),
            Throws.TypeOf<NotFoundException>().With.Message.EqualTo("No model is served for 'elsewhere'; served are station."));

        slots.Swap(new WatchedModel(1, "harbour").Served);
        Assert.That(() => slots.Take(null), Throws.TypeOf<InvalidInputException>().With.Message.Contains("Served are harbour, station."));
        Assert.That(Taken(slots, "harbour"), Is.EqualTo("harbour"));

        slots.Swap(new WatchedModel(1, "global").Served);
        Assert.That((Taken(slots, null), slots.Loaded), Is.EqualTo(("global", 3)));
        Assert.That(slots.All.Select(m => m.Identifier.Value), Is.EqualTo(["global", "harbour", "station"]));
    }

    [Test]
    public void A_model_that_nobody_uses_goes_with_the_swap_and_one_in_use_with_its_last_answer()
    {
        using var slots = new ModelSlots();
        var models = Enumerable.Range(1, 3).Select(v => new WatchedModel(v)).ToList();
        slots.Swap(models[0].Served);
        slots.Swap(models[1].Served);
        Assert.That(models[0].Forecaster.Disposals, Is.EqualTo(1));

        var taken = slots.Take(null);
        slots.Swap(models[2].Served);
        Assert.That((taken.Version, models[1].Forecaster.Disposals), Is.EqualTo((2, 0)));
        taken.Release();

        Assert.That(models.Select(m => m.Forecaster.Disposals), Is.EqualTo([1, 1, 0]));
    }

    [Test]
    public void Only_another_version_is_a_swap_and_one_from_the_cache_is_not_yet_what_is_to_be_served()
    {
        using var slots = new ModelSlots();

        Assert.That(slots.Swap(new WatchedModel(1, isFromCache: true).Served), Is.False, "there was none");
        Assert.That((slots.Serves(new("station"), 1), slots.Loaded), Is.EqualTo((false, 1)), "to be loaded again, whole");
        Assert.That(slots.Swap(new WatchedModel(1).Served), Is.False, "the same, whole");
        Assert.That(
            (slots.Serves(new("station"), 1), slots.Serves(new("station"), 2), slots.Serves(new("harbour"), 1)),
            Is.EqualTo((true, false, false)));
        Assert.That(slots.Swap(new WatchedModel(2).Served), Is.True);
        Assert.That((slots.Serves(new("station"), 1), slots.Serves(new("station"), 2)), Is.EqualTo((false, true)));
        Assert.That(slots.Swap(new WatchedModel(1, "harbour").Served), Is.False, "it replaced none of its own");
    }

    [Test]
    public void A_refusal_is_news_once_a_reason_leaves_what_is_served_and_ends_with_a_model_of_its_identifier()
    {
        using var slots = new ModelSlots();
        slots.Swap(new WatchedModel(1).Served);

        var (first, same) = (slots.Refuse(new("station"), "gone"), slots.Refuse(new("station"), "gone"));
        var other = slots.Refuse(new("station"), "changed");
        Assert.That((first, same, other, slots.Refuse(new("harbour"), "gone")), Is.EqualTo((true, false, true, true)));
        Assert.That((Taken(slots, "station"), slots.Serves(new("station"), 1)), Is.EqualTo(("station", true)));

        slots.Swap(new WatchedModel(2).Served);
        Assert.That(slots.Refused, Is.EquivalentTo(new Dictionary<Identifier, string> { [new("harbour")] = "gone" }));
        Assert.That(slots.Refuse(new("station"), "changed"), Is.True, "said before the model came");
    }

    [Test]
    public void Beyond_the_bound_go_first_the_models_before_and_then_those_that_were_not_asked_for_the_longest()
    {
        var made = new[] { "a", "b", "c", "d" }.Select(i => new WatchedModel(1, i)).ToList();
        var before = new WatchedModel(150, "a");
        using var slots = new ModelSlots(3 * made[0].Served.Bytes);
        slots.Swap(before.Served);
        made[0].Served.Remember(before.Served);
        foreach (var model in made[..3])
            slots.Swap(model.Served);
        Assert.That((slots.Loaded, slots.HasRoom, before.Forecaster.Disposals), Is.EqualTo((3, false, 0)));
        Assert.That((Taken(slots, "a"), Taken(slots, "c")), Is.EqualTo(("a", "c")));

        slots.Swap(made[3].Served);

        Assert.That(slots.All.Select(m => m.Identifier.Value), Is.EqualTo(["a", "c", "d"]));
        Assert.That(before.Forecaster.Disposals, Is.EqualTo(1));
        Assert.That(made.Select(m => m.Forecaster.Disposals), Is.EqualTo([0, 1, 0, 0]));
    }

    [Test]
    public void A_model_that_is_in_use_lives_until_its_answer_also_where_there_is_no_room_for_it()
    {
        using var slots = new ModelSlots(1);
        var (first, second) = (new WatchedModel(1, "a"), new WatchedModel(1, "b"));
        slots.Swap(first.Served);
        var taken = slots.Take(null);

        slots.Swap(second.Served);

        Assert.That((slots.Loaded, first.Forecaster.Disposals), Is.EqualTo((1, 0)));
        taken.Release();
        Assert.That(first.Forecaster.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void Whoever_waits_for_the_first_look_goes_on_when_it_was_had()
    {
        using var slots = new ModelSlots();
        Assert.That(slots.Settled.IsCompleted, Is.False);
        slots.Settle();
        slots.Settle();
        Assert.That(slots.Settled.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void While_versions_follow_each_other_everybody_gets_a_living_one_and_none_older_than_before()
    {
        const int Versions = 1500;
        var (slots, made, isOver) = (new ModelSlots(), new ConcurrentDictionary<int, WatchedModel>(), false);
        void Swap(int version) => slots.Swap((made[version] = new WatchedModel(version)).Served);
        Swap(0);
        Race.Run(
            rounds: 1,
            racers: 4,
            () => slots,
            (_, racer) =>
            {
                for (var version = 1; racer == 0 && version <= Versions; version++)
                    Swap(version);
                if (racer == 0)
                    Volatile.Write(ref isOver, true);

                for (var seen = 0; !Volatile.Read(ref isOver);)
                {
                    var model = slots.Take(racer == 1 ? new Identifier("station") : null);
                    made[model.Version].Forecaster.Compute();
                    Assert.That(model.Version, Is.GreaterThanOrEqualTo(seen));
                    seen = model.Version;
                    model.Release();
                }
            },
            _ => { });

        Assert.That(made.Values.Count(m => m.Forecaster.Disposals == 0), Is.EqualTo(1), "the last, which is in force");
        slots.Dispose();
        var ends = made.Values.Select(m => (m.Forecaster.Disposals, m.Forecaster.Faults));
        Assert.That(ends, Has.Exactly(Versions + 1).Items.And.All.EqualTo((1, 0)));
    }

    [Test]
    public void Swaps_at_the_same_time_free_all_but_the_one_that_stays()
    {
        Race.Run(
            rounds: 500,
            racers: 3,
            () => (Slots: new ModelSlots(), Models: Enumerable.Range(1, 3).Select(v => new WatchedModel(v)).ToList()),
            (round, racer) => round.Slots.Swap(round.Models[racer].Served),
            round =>
            {
                var stays = round.Slots.Take(null);
                var expected = round.Models.Select(m => m.Served == stays ? 0 : 1);
                Assert.That(round.Models.Select(m => m.Forecaster.Disposals), Is.EqualTo(expected));
                stays.Release();
                round.Slots.Dispose();
                Assert.That(round.Models.Select(m => m.Forecaster.Disposals), Has.All.EqualTo(1));
            });
    }

    [Test]
    public void The_end_of_the_process_frees_every_model_also_those_that_come_and_are_taken_meanwhile()
    {
        Race.Run(
            rounds: 1000,
            racers: 3,
            () =>
            {
                var slots = new ModelSlots();
                var models = new[] { new WatchedModel(1), new WatchedModel(2), new WatchedModel(1, "harbour") };
                slots.Swap(models[0].Served);
                slots.Swap(models[2].Served);
                return (Slots: slots, Models: models);
            },
            (round, racer) =>
            {
                if (racer == 0)
                    round.Slots.Dispose();
                else if (racer == 1)
                    round.Slots.Swap(round.Models[1].Served);
                else
                    UseUntilGone(round.Slots, round.Models);
            },
            round =>
            {
                Assert.That(round.Models.Select(m => (m.Forecaster.Disposals, m.Forecaster.Faults)), Has.All.EqualTo((1, 0)));
                Assert.That(() => round.Slots.Take(new("station")), Throws.TypeOf<UnavailableException>());
            });
    }

    private static void UseUntilGone(ModelSlots slots, WatchedModel[] models)
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                var model = slots.Take(new("station"));
                models.Single(m => m.Served == model).Forecaster.Compute();
                model.Release();
            }
            catch (FltsException e) when (e is UnavailableException or NotFoundException)
            {
                return;
            }
        }
    }

    private static string Taken(ModelSlots slots, string? identifier)
    {
        var model = slots.Take(identifier is null ? null : new Identifier(identifier));
        model.Release();
        return model.Identifier.Value;
    }
}
