using System.Text.Json.Serialization;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Answer of <c>POST /predict</c>. <paramref name="Predictions"/>: a row a step, <c>ts</c> and every target in original units.
/// <paramref name="Intervals"/>: by level in percent and target, <c>[low, high]</c> a step, null where there
/// are too few residuals. <paramref name="IntervalsAdapted"/>: which of them followed what came true; absent where none did.</summary>
internal sealed record PredictAnswer(
    string Status,
    Identifier Identifier,
    RunId RunId,
    string ModelType,
    int Version,
    ConfigHash ConfigHash,
    [property: Shape(typeof(IReadOnlyList<ForecastRow>))] IReadOnlyList<Dictionary<string, object>> Predictions,
    [property: Shape(typeof(IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<PairShape>>>))]
    IReadOnlyDictionary<string, Dictionary<string, double[]?[]>>? Intervals,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IntervalsAdapted? IntervalsAdapted,
    IReadOnlyList<string>? Warnings);
