using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>The models that a station is scored with, as the ledger has them: who gets a role, and since when each is scored.</summary>
internal sealed class LiveCast(LiveStep step, LiveRosters rosters, LiveReader reader, LiveModels models)
{
    /// <summary>Writes who has a role from now on, where these are others than before, and loads all who have.</summary>
    /// <returns>The champion first.</returns>
    public async Task<IReadOnlyList<ScoredModel>> EnterAsync(Execution<LiveStationRow> execution)
    {
        var (station, cancellation) = (execution.Row, execution.Working);
        var roster = await rosters.ReadAsync(station.Identifier, cancellation);
        var roles = await reader.ModelsAsync(station.Identifier, cancellation);
        if (roster.Version != station.Version || !HasRoles(roles, roster))
        {
            var champion = await models.GetAsync(roster.Champion, cancellation);
            var entries = new List<LiveEntry>();
            foreach (var member in roster.Members)
                entries.Add(await EntryAsync(member, champion, cancellation));
            TakenAwayException.Unless(await step.EnterAsync(
                execution.Lease, roster, LiveKeeping.TextOf(champion.Signature.Step), entries, cancellation));
            await execution.ReadAsync();
            roles = await reader.ModelsAsync(station.Identifier, cancellation);
        }

        var scored = new List<ScoredModel>();
        foreach (var member in roster.Members.DistinctBy(m => m.Model))
        {
            var own = roles.Where(r => r.Model == member.Model).ToList();
            if (own.Exists(r => r is { UntilTs: null, Reason: null }) && await FindAsync(execution, member) is { } live)
            {
                scored.Add(new ScoredModel(member.Model, Since(own), member == roster.Champion, live)
                {
                    CountsFrom = own.Find(r => r is { UntilTs: null, Role: LiveRole.Champion }) is { } role
                        ? MeasurementLog.Time(role.FromTs)
                        : DateTime.MaxValue,
                });
            }
        }

        return scored;
    }

    private static bool HasRoles(IReadOnlyList<LiveModelRow> roles, LiveRoster roster) =>
        roles.Where(r => r.UntilTs is null).Select(r => (r.Model, r.Role)).ToHashSet().SetEquals(
            roster.Members.Select(m => (m.Model, m.Role)));

    private async Task<LiveEntry> EntryAsync(LiveMember member, LiveModel champion, CancellationToken cancellation)
    {
        var (end, reason) = (champion.DataEnd, (string?)null);
        try
        {
            var its = await models.GetAsync(member, cancellation);
            reason = Incomparable(its.Signature, champion.Signature);
            if (reason is null && its.DataEnd > end)
                end = its.DataEnd;
        }
        catch (FltsException e) when (member.Role != LiveRole.Champion && e is not UnavailableException)
        {
            reason = e.Message;
        }

        return new LiveEntry(
            member,
            MeasurementLog.Instant(end),
            new CanonicalGrid(champion.Signature.Step).Leads,
            champion.Signature.Targets,
            reason);
    }

    /// <summary>Null: it cannot be loaded any more, which is written. The champion goes on without it.</summary>
    private async Task<LiveModel?> FindAsync(Execution<LiveStationRow> execution, LiveMember member)
    {
        try
        {
            return await models.GetAsync(member, execution.Working);
        }
        catch (FltsException e) when (member.Role != LiveRole.Champion && e is not UnavailableException)
        {
            TakenAwayException.Unless(await step.LeaveOutAsync(execution.Lease, member, e.Message, execution.Working));
            return null;
        }
    }

    /// <summary>Since when it has been scored without a break, whatever its roles were.</summary>
    private static DateTime Since(IReadOnlyList<LiveModelRow> roles)
    {
        var since = roles.Where(r => r.UntilTs is null).Min(r => r.FromTs);
        while (roles.Where(r => r.FromTs < since && r.UntilTs >= since).Select(r => (DateTimeOffset?)r.FromTs).Min() is { } before)
            since = before;
        return MeasurementLog.Time(since);
    }

    private static string? Incomparable(ModelSignature its, ModelSignature champion)
    {
        if (!SeriesTimes.IsSameStep(its.Step, champion.Step))
            return $"Its step is {its.Step}, the champion's is {champion.Step}.";
        return its.Targets.SequenceEqual(champion.Targets, StringComparer.Ordinal)
            ? null
            : $"Its targets are {string.Join(", ", its.Targets)}, the champion's are {string.Join(", ", champion.Targets)}.";
    }
}
