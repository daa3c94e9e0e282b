using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Windows;

/// <summary>What a forecast is computed from, whoever asked in whatever form.</summary>
/// <param name="Window">On the model's scale.</param>
/// <param name="Steps">H, at least 1.</param>
/// <param name="Warnings">Sentences for the answer.</param>
/// <param name="Room">Where the rows lie that were sent, for the next request when this one is answered; null: nowhere that another may
/// have.</param>
internal sealed record RequestWindow(Window Window, int Steps, IReadOnlyList<string> Warnings, ServingRoom? Room = null)
{
    /// <summary>The model's intervals as they had adapted when it was asked; null: the fixed ones answer.</summary>
    public ServedIntervals? Adapted { get; init; }
}
