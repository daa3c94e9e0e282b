using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Faults;

/// <summary>
/// An option that would settle what the data leave open. What a preview asks, and a refusal carries beside its sentence.
/// </summary>
/// <param name="Option">Its name, as requests write it.</param>
/// <param name="Choices">Values it may be given, as requests write them, likelier ones first; none: any that fits.</param>
public sealed record OptionNeeded(string Option, params IReadOnlyList<JsonNode> Choices);
