namespace FLTS.Forecasting.Baselines;

/// <summary>Regressions of one lead.</summary>
/// <param name="Lead">In steps.</param>
/// <param name="Terms">What explains.</param>
/// <param name="Targets">[M] Null: flat, or never seen so far ahead.</param>
/// <param name="Checked">Cells that validated.</param>
internal sealed record LeadSolution(int Lead, LeadTerms Terms, RidgeSolution?[] Targets, long Checked)
{
    /// <summary>Mean squared error on validation, standardised.</summary>
    public double Error => Checked > 0 ? Targets.Sum(t => t?.Error ?? 0) / Checked : 0;

    /// <summary>As fitted before validation.</summary>
    public KnotModel Selected => new(Lead, Terms, [.. Targets.Select(t => t?.Selected)]);

    /// <summary>As kept.</summary>
    public KnotModel Kept => new(Lead, Terms, [.. Targets.Select(t => t?.Kept)]);
}
