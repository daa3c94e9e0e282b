using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// <c>residuals/knots.parquet</c>: a row an origin and knot. Columns <c>#origin</c> (time of the last known row; microseconds, no zone),
/// <c>#lead</c> (int32, in steps), and two of float64 a target: <c>name</c>, its forecast, and <c>name#truth</c>; original units, NaN where
/// there is none.
/// </summary>
public static class KnotFile
{
    /// <summary>Path below an attempt's folder.</summary>
    public const string Path = "residuals/knots.parquet";

    private const string Lead = "#lead";

    /// <summary>The file's bytes; the same forecasts give the same.</summary>
    public static Task<byte[]> WriteAsync(ValidationForecasts forecasts, CancellationToken cancellation = default)
    {
        var (leads, rows) = (forecasts.Leads.Count, forecasts.Origins.Count * forecasts.Leads.Count);
        var table = new LeadTable(
            [.. Enumerable.Range(0, rows).Select(i => forecasts.Origins[i / leads])],
            [.. Enumerable.Range(0, rows).Select(i => forecasts.Leads[i % leads])],
            Columns(forecasts.Targets),
            [.. forecasts.Forecast.Zip(forecasts.Truth, (forecast, truth) => new[] { forecast, truth }).SelectMany(pair => pair)]);
        return table.WriteAsync(Lead, cancellation);
    }

    /// <param name="bytes">Not trusted.</param>
    /// <param name="targets">The model's; those flat in train are not in the file.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">It is no such file, or of other targets.</exception>
    public static async Task<ValidationForecasts> ReadAsync(
        byte[] bytes, IReadOnlyList<string> targets, CancellationToken cancellation = default)
    {
        var table = await LeadTable.ReadAsync(
            bytes, Path, Lead, Columns(targets), ValidationForecasts.MostOrigins * Knots.All.Count, cancellation);
        string[] own = [.. table.Columns.Where(targets.Contains)];
        var leads = LeadsOf(table);
        if (!table.Columns.SequenceEqual(Columns(own), StringComparer.Ordinal))
            throw new CorruptArtifactException(
                $"{Path} must hold forecast and truth of each target; it holds {string.Join(", ", table.Columns)}.");
        if (leads is null || table.Values.Any(v => v.Any(double.IsInfinity)))
            throw new CorruptArtifactException(
                $"{Path} must hold origins in order, each with the same ascending leads up to {Knots.All[^1]}, and finite numbers.");
        return new ValidationForecasts(
            [.. table.Origins.Where((_, i) => i % leads.Length == 0)],
            leads,
            own,
            [.. table.Values.Where((_, c) => c % 2 == 0)],
            [.. table.Values.Where((_, c) => c % 2 == 1)]);
    }

    private static string[] Columns(IReadOnlyList<string> targets) => [.. targets.SelectMany(t => new[] { t, $"{t}#truth" })];

    /// <summary>Those of every origin; null where the rows are not such.</summary>
    private static int[]? LeadsOf(LeadTable table)
    {
        var (all, origins) = (table.Leads, table.Origins);
        if (all.Length == 0)
            return Knots.UpTo(1);
        int[] leads = [.. all.TakeWhile((_, i) => i == 0 || all[i] > all[i - 1])];
        var stands = leads[0] == 1 && leads[^1] <= Knots.All[^1] && all.Length % leads.Length == 0;
        for (var i = 1; i < all.Length && stands; i++)
        {
            stands = all[i] == leads[i % leads.Length]
                && (i % leads.Length > 0 ? origins[i] == origins[i - 1] : origins[i] > origins[i - 1]);
        }

        return stands ? leads : null;
    }
}
