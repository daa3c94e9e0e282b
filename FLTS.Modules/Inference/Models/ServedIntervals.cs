using FLTS.Forecasting.Live;

namespace FLTS.Modules.Inference.Models;

/// <summary>The intervals of a champion as its truths have moved them, as this process read them last.</summary>
/// <param name="State">Those of the first leads.</param>
/// <param name="Revision">Grows whenever one changes.</param>
internal sealed record ServedIntervals(AdaptedIntervals State, long Revision);
