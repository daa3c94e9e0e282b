using FLTS.Forecasting.Baselines;
using FLTS.Tests.Forecasting.Leads;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Models;

/// <summary>What several fits of the same data need is computed once, and is what each would have computed by itself.</summary>
[TestFixture, Parallelizable]
internal sealed class SharedFitsTests
{
    private static readonly FitContext _alone = new(1, null, default);

    [Test]
    public void Shared_or_not_models_and_bases_have_the_same_bytes()
    {
        var data = Data();
        var together = _alone with { Shared = new SharedFits() };

        foreach (var type in new[] { "AR", "AR_SEASONAL" })
            Assert.That(Saved(type, data, together), Is.EqualTo(Saved(type, data, _alone)), type);
        foreach (var onAll in new[] { false, true })
            Assert.That(LeadBase.Fit(data, 4, onAll, together).Save(), Is.EqualTo(LeadBase.Fit(data, 4, onAll, _alone).Save()), $"{onAll}");
    }

    [Test]
    public void What_was_computed_is_not_computed_again_unless_anything_it_depends_on_is_another()
    {
        var shared = new SharedFits();
        var first = Ask(shared, Data());

        Assert.That(Ask(shared, Data()), Is.SameAs(first), "the same numbers, read again");
        Assert.That(Ask(shared, Data(), "else"), Is.Not.SameAs(first));
        Assert.That(Ask(shared, Data() with { ValidationStart = 539 }), Is.Not.SameAs(first));
        var changed = Data();
        changed.Series.Values[0][17] += 1e-9;
        Assert.That(Ask(shared, changed), Is.Not.SameAs(first));
        changed = Data();
        changed.Series.Observed[0][17] = false;
        Assert.That(Ask(shared, changed), Is.Not.SameAs(first));
        changed = Data();
        changed.Series.Segments[^1]++;
        Assert.That(Ask(shared, changed), Is.Not.SameAs(first));
    }

    [Test]
    public void What_is_kept_is_bounded_and_the_newest_stays()
    {
        var (data, shared) = (Data(), new SharedFits());
        var (first, second) = (Ask(shared, data, "1", 5 << 20), Ask(shared, data, "2", 5 << 20));

        Assert.That(Ask(shared, data, "2"), Is.SameAs(second));
        Assert.That(Ask(shared, data, "1"), Is.Not.SameAs(first), "80 MB would be too many");
    }

    [Test]
    public void Who_is_cancelled_or_fails_takes_nothing_from_those_who_come_after()
    {
        var (data, shared) = (Data(), new SharedFits());

        Assert.That(
            () => shared.Of<object>(data, "it", () => throw new InvalidInputException("no"), _ => 1, default),
            Throws.TypeOf<InvalidInputException>());
        Assert.That(() => Ask(shared, data, "it", 1, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Ask(shared, data, "it"), Is.Not.Null);
    }

    [Test]
    public void Many_who_ask_at_once_get_one_result()
    {
        var (data, shared, computed) = (Data(), new SharedFits(), 0);

        var results = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => shared.Of(
            data,
            "it",
            () =>
            {
                Interlocked.Increment(ref computed);
                Thread.Sleep(50);
                return new object();
            },
            _ => 1,
            default)).ToArray();

        Assert.That((computed, results.Distinct().Count()), Is.EqualTo((1, 1)));
    }

    private static object Ask(
        SharedFits shared, TrainingSet data, string what = "it", long numbers = 1, CancellationToken cancellation = default) =>
        shared.Of(data, what, () => new object(), _ => numbers, cancellation);

    private static TrainingSet Data() => new(LookAhead.Wave(TimeSpan.FromMinutes(15), 7 * 96, 96), 540);

    private static byte[] Saved(string type, TrainingSet data, FitContext context)
    {
        var family = ForecasterCatalog.Get(type);
        return family.Create(family.Normalise(null)).Fit(data, context).Model.Save()["model.json"];
    }
}
