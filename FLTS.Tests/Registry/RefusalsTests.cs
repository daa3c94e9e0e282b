using FLTS.Modules.Registry.Steps;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture]
[Parallelizable]
internal sealed class RefusalsTests
{
    [Test]
    public void What_was_refused_is_kept_in_order_with_its_time_and_error()
    {
        var first = new Refusal(Rows.Now, "the store \"refuses\"");
        var second = new Refusal(Rows.Now.AddSeconds(1), "again");

        Assert.That(Refusals.Read(Refusals.Add(Refusals.Add("[]", [first]), [second])), Is.EqualTo([first, second]));
    }

    [Test]
    public void Of_very_many_the_first_and_the_last_are_kept_and_how_many_are_left_out_is_said()
    {
        var text = "[]";
        for (var i = 0; i < 1000; i++)
            text = Refusals.Add(text, [new Refusal(Rows.Now.AddSeconds(i), $"no {i}")]);

        var kept = Refusals.Read(text);
        Assert.That(kept, Has.Count.EqualTo(200));
        Assert.That(kept.Take(100).Select(r => r.Error), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"no {i}")));
        Assert.That(kept[100].Error, Is.EqualTo("(801 more up to here are left out)"));
        Assert.That(kept.Skip(101).Select(r => r.Error), Is.EqualTo(Enumerable.Range(901, 99).Select(i => $"no {i}")));
        Assert.That(kept.Select(r => r.At), Is.Ordered);
    }
}
