using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Ensemble;

/// <summary>A member that lies inside the ENSEMBLE's own artifact.</summary>
/// <param name="Model">Fitted on all of train.</param>
/// <param name="Hyperparameters">Complete.</param>
public sealed record EnsembleReference(IFittedForecaster Model, JsonObject Hyperparameters);
