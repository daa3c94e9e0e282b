using System.Collections.Concurrent;

namespace FLTS.Forecasting.Leads;

/// <summary>Plans of one model. Those of few steps from the first on are kept: servers are asked for them again and again.</summary>
/// <param name="knots">Ascending.</param>
internal sealed class LeadPlans(int[] knots)
{
    private const int MostSteps = 64;

    private readonly ConcurrentDictionary<int, LeadPlan> _kept = [];

    /// <summary>The leads 1 to <paramref name="steps"/>.</summary>
    public LeadPlan UpTo(int steps)
    {
        if (_kept.TryGetValue(steps, out var kept))
            return kept;
        var made = new LeadPlan(knots, [.. Enumerable.Range(1, steps)]);
        return steps <= MostSteps ? _kept.GetOrAdd(steps, made) : made;
    }

    /// <param name="leads">[L] Each at least 1, in any order.</param>
    public LeadPlan Of(IReadOnlyList<int> leads)
    {
        if (leads.Count is 0 or > MostSteps)
            return new LeadPlan(knots, leads);
        for (var l = 0; l < leads.Count; l++)
        {
            if (leads[l] != l + 1)
                return new LeadPlan(knots, leads);
        }

        return UpTo(leads.Count);
    }
}
