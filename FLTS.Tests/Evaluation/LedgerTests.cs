using FLTS.Modules.Registry.Ledger;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

[TestFixture]
[Parallelizable]
internal sealed class LedgerTests
{
    // A letter is a promotion of that run, <X a rollback to it.
    [TestCase("A", "", null)]
    [TestCase("A B", "", "A")]
    [TestCase("A B <A", "B", null, Description = "nothing is left before A")]
    [TestCase("A B C <B", "C", "A")]
    [TestCase("A B C <B <A", "B C", null)]
    [TestCase("A B <A C", "B", "A", Description = "back to A, not to B, which was rolled back from")]
    [TestCase("A B <A B", "", "A", Description = "forced again: no longer counted as rolled back from")]
    [TestCase("", "", null)]
    public void The_ledger_tells_what_was_rolled_back_from_and_where_a_rollback_leads(string story, string rolledBack, string? target)
    {
        var lines = story.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((s, i) => new LedgerLine(i + 1, new(s.TrimStart('<')), s[0] == '<'))
            .ToList();

        Assert.That(string.Join(' ', LedgerHistory.RolledBack(lines).Select(r => r.Value).Order()), Is.EqualTo(rolledBack));
        Assert.That(LedgerHistory.RollbackTarget(lines)?.RunId.Value, Is.EqualTo(target));
    }
}
