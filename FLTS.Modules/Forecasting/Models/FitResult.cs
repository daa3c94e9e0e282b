using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Models;

/// <summary>What came of a fit.</summary>
/// <param name="Model">The model to keep; the caller disposes it.</param>
/// <param name="History">One entry an epoch (or one in all for models without epochs).</param>
/// <param name="BestEpoch">Epoch whose weights were kept; null for models without epochs.</param>
/// <param name="FittedRows">Train rows whose values entered the kept model's fit.</param>
/// <param name="ValidatedRows">Train rows that chose between epochs or penalties.</param>
/// <param name="Diagnostics">Objective, iterations, convergence and the like, for the manifest.</param>
/// <param name="Warnings">Sentences for the run's record.</param>
/// <param name="BeforeRefit">Where <paramref name="Model"/> was refitted on all of train: the fit that had not seen the validation part,
/// for residuals; the caller disposes it.</param>
public sealed record FitResult(
    IFittedForecaster Model,
    IReadOnlyList<EpochMetrics> History,
    int? BestEpoch,
    RowSpan FittedRows,
    RowSpan ValidatedRows,
    JsonObject? Diagnostics = null,
    IReadOnlyList<string>? Warnings = null,
    IFittedForecaster? BeforeRefit = null);
