using FLTS.Modules.Registry.Retention;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>Tells what is out of use, or will be: <see cref="RetentionRules"/> over the rows of now.</summary>
internal sealed class RetentionPlanner(RetentionReader reader, RetentionOptions options, TimeProvider time)
{
    /// <summary>A page of the plan, with what the whole comes to.</summary>
    public async Task<RetentionPlanView> ViewAsync(int limit, Cursor? after, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var plan = RetentionRules.Plan(await reader.ReadAsync(cancellation), options, now);
        var page = Cursor.Page([.. plan.Where(i => IsAfter(i, after)).Take(limit + 1)], limit, CursorOf, i => i);
        return new RetentionPlanView(options.Enabled, [.. plan.GroupBy(i => i.Kind).Select(g => Total(g, now))], page.Items, page.Next);
    }

    private static RetentionTotal Total(IGrouping<string, RetentionItem> kind, DateTimeOffset now)
    {
        var unused = kind.Where(i => i.UnusedSince <= now).ToList();
        return new RetentionTotal(
            kind.Key, kind.Count(), kind.Sum(i => i.Bytes ?? 0), unused.Count, unused.Sum(i => i.Bytes ?? 0));
    }

    private static Cursor CursorOf(RetentionItem item) => new(item.UnusedSince, $"{item.Kind}/{item.Id}");

    private static bool IsAfter(RetentionItem item, Cursor? after) => after is not { } last
        || item.UnusedSince > last.At
        || (item.UnusedSince == last.At && string.CompareOrdinal(CursorOf(item).Id, last.Id) > 0);
}
