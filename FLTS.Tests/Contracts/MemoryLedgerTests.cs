using NUnit.Framework;

namespace FLTS.Tests.Contracts;

[TestFixture]
internal sealed class MemoryLedgerTests
{
    private const double Gigabyte = 1 << 30;

    private double _taken = 2 * Gigabyte;

    [Test]
    public void What_the_process_grows_by_is_held_against_all_that_was_said_by_half_more()
    {
        var ledger = new MemoryLedger(() => (long)_taken);
        using var fit = ledger.Enter(Sum(1), canBeEnded: true);
        _taken += 1.5 * 1.25 * Gigabyte;
        Assert.That(fit.Excess(), Is.Null, "its sum, what any fit takes, and half of both");

        _taken += 0.1 * Gigabyte;
        Assert.That(fit.Excess(), Is.Not.Null);
        using (ledger.Enter(Sum(1)))
            Assert.That(fit.Excess(), Is.Null, "what runs beside it takes its own");
        Assert.That(fit.Excess()!.Value.Grown, Is.EqualTo(1.975 * Gigabyte).Within(1));
        Assert.That(fit.Excess()!.Value.Most, Is.EqualTo(1.875 * Gigabyte).Within(1));
    }

    [Test]
    public void Whoever_said_the_most_and_can_be_ended_is_the_first_to_go()
    {
        var ledger = new MemoryLedger(() => (long)_taken);
        using var small = ledger.Enter(Sum(1), canBeEnded: true);
        using var large = ledger.Enter(Sum(2), canBeEnded: true);
        using var profile = ledger.Enter(Sum(3));
        _taken += 100 * Gigabyte;

        Assert.That((small.Excess() is null, large.Excess() is null, profile.Excess() is null), Is.EqualTo((true, false, true)));
        large.Dispose();
        Assert.That(small.Excess(), Is.Not.Null);
    }

    [Test]
    public void What_was_taken_before_anything_ran_counts_for_nobody()
    {
        var ledger = new MemoryLedger(() => (long)_taken);
        ledger.Enter(Sum(1), canBeEnded: true).Dispose();
        _taken += 100 * Gigabyte;

        using var fit = ledger.Enter(Sum(1), canBeEnded: true);

        Assert.That(fit.Excess(), Is.Null);
    }

    private static FitEstimate Sum(double gigabytes) => new(gigabytes * Gigabyte, 0, "");
}
