using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
[Parallelizable]
internal sealed class ServedModelTests
{
    [Test]
    public void It_lives_until_the_slot_and_the_last_user_have_let_go_and_is_freed_once()
    {
        var model = new WatchedModel(1);
        Assert.That((model.Served.TryAcquire(), model.Served.TryAcquire()), Is.EqualTo((true, true)));

        model.Served.Release();
        model.Served.Release();
        Assert.That(model.Forecaster.Disposals, Is.Zero, "one still has it");
        model.Served.Release();

        Assert.That(model.Forecaster.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void Nobody_who_has_it_keeps_others_from_it_and_a_user_frees_nothing_that_is_in_its_slot()
    {
        var model = new WatchedModel(1);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(model.Served.TryAcquire(), Is.True);
            model.Served.Release();
        }

        Assert.That(model.Forecaster.Disposals, Is.Zero);
    }

    [Test]
    public void What_is_gone_is_not_given_out_again()
    {
        var model = new WatchedModel(1);
        model.Served.Release();

        Assert.That((model.Served.TryAcquire(), model.Served.TryAcquire()), Is.EqualTo((false, false)));
        Assert.That(model.Forecaster.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void One_that_is_let_go_while_others_take_it_is_freed_once_and_never_while_somebody_computes() => Race.Run(
        rounds: 1000,
        racers: 4,
        () => new WatchedModel(1),
        (model, racer) =>
        {
            if (racer == 0)
            {
                model.Served.Release();
                return;
            }

            for (var i = 0; i < 10 && model.Served.TryAcquire(); i++)
            {
                model.Forecaster.Compute();
                model.Served.Release();
            }
        },
        model => Assert.That((model.Forecaster.Disposals, model.Forecaster.Faults, model.Served.TryAcquire()), Is.EqualTo((1, 0, false))));
}
