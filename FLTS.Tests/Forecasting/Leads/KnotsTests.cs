using FLTS.Forecasting.Leads;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Leads;

[Parallelizable]
public class KnotsTests
{
    [Test]
    public void A_knot_is_itself_and_a_lead_beyond_the_last_is_the_last()
    {
        int[] knots = Knots.UpTo(30);

        Assert.That(knots, Is.EqualTo(new[] { 1, 2, 5, 10, 15, 30 }));
        Assert.Multiple(() =>
        {
            for (var i = 0; i < knots.Length; i++)
                Assert.That(Knots.Place(knots, knots[i]), Is.EqualTo((i, 0.0)), $"lead {knots[i]}");
            Assert.That(Knots.Place(knots, 10_000), Is.EqualTo((5, 0.0)));
            Assert.That(Knots.UpTo(0), Is.EqualTo(new[] { 1 }));
        });
    }

    [Test]
    public void Between_two_knots_the_share_grows_with_the_logarithm_of_the_lead()
    {
        var (index, share) = Knots.Place([1, 4, 64], 16);

        Assert.That(index, Is.EqualTo(1));
        Assert.That(share, Is.EqualTo(0.5).Within(1e-15));
    }

    [TestCase(1, 2, 3)]
    [TestCase(2, 1)]
    [TestCase(1, 2, 2)]
    [TestCase(1, 3, 5, 700)]
    public void A_plan_is_the_same_whether_it_was_kept_or_not(params int[] leads)
    {
        int[] knots = [1, 2, 5, 10];
        var plans = new LeadPlans(knots);
        _ = plans.UpTo(3);

        var (plan, made) = (plans.Of(leads), new LeadPlan(knots, leads));

        Assert.That(plan.Leads, Is.EqualTo(leads));
        Assert.That(plan.Places, Is.EqualTo(leads.Select(lead => Knots.Place(knots, lead))));
        Assert.That(plan.Positions.Select(p => plan.Needed[p]), Is.EqualTo(plan.Places.Select(p => p.Index)));
        Assert.That(plan.Needed, Is.EqualTo(made.Needed).And.Ordered.And.Unique);
        Assert.That(plans.UpTo(3), Is.SameAs(plans.Of([1, 2, 3])));
    }
}
