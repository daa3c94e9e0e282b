namespace FLTS.Forecasting.Leads;

/// <summary>What of some leads depends on no window: where each lies between the knots of a model, and which of those it takes.</summary>
internal sealed class LeadPlan
{
    /// <param name="knots">Ascending.</param>
    /// <param name="leads">[L] Each at least 1.</param>
    public LeadPlan(int[] knots, IReadOnlyList<int> leads)
    {
        Leads = leads;
        Places = [.. leads.Select(lead => Knots.Place(knots, lead))];
        Needed = [.. Places.Select(p => p.Index).Concat(Places.Where(p => p.Share > 0).Select(p => p.Index + 1)).Distinct().Order()];
        Positions = [.. Places.Select(p => Array.BinarySearch(Needed, p.Index))];
    }

    public IReadOnlyList<int> Leads { get; }

    /// <summary>[L] As <see cref="Knots.Place"/>.</summary>
    public (int Index, double Share)[] Places { get; }

    /// <summary>Knots that are needed, ascending.</summary>
    public int[] Needed { get; }

    /// <summary>[L] Where in <see cref="Needed"/> the first knot of each lead stands.</summary>
    public int[] Positions { get; }
}
