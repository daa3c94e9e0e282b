namespace FLTS.Forecasting.Intervals;

/// <summary>
/// <c>residuals/validation.parquet</c>, which models of before <see cref="KnotFile"/> have: a row an origin and step. Columns
/// <c>#origin</c>, <c>#step</c> (from 1), and one a target (truth minus forecast, original units, NaN where nothing was observed).
/// </summary>
public static class ResidualFile
{
    /// <summary>Path below an attempt's folder.</summary>
    public const string Path = "residuals/validation.parquet";

    /// <summary>Most origins and steps that were ever written.</summary>
    private const int MostRows = 500 * 30;

    /// <param name="bytes">Not trusted.</param>
    /// <param name="targets">The model's; those flat in train are not in the file.</param>
    /// <param name="cancellation">Looked at between columns.</param>
    /// <exception cref="CorruptArtifactException">It is no such file, or of other targets.</exception>
    public static async Task<ValidationResiduals> ReadAsync(
        byte[] bytes, IReadOnlyList<string> targets, CancellationToken cancellation = default)
    {
        var table = await LeadTable.ReadAsync(bytes, Path, "#step", targets, MostRows, cancellation);
        var most = table.Leads.Length == 0 ? 1 : table.Leads.Max();
        if (most < 1
            || table.Leads.Length % most != 0
            || table.Leads.Where((s, i) => s != (i % most) + 1).Any()
            || table.Values.Any(v => v.Any(double.IsInfinity)))
            throw new CorruptArtifactException($"{Path} must hold the steps of each origin in order and finite numbers.");
        return new ValidationResiduals(most, table.Columns, table.Values);
    }
}
