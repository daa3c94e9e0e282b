using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>What a backtest does, with everything that its result follows from.</summary>
/// <param name="Identifier">The station.</param>
/// <param name="RunId">Whose forecasts.</param>
/// <param name="TestPartOf">The prepared data whose test part is the span; null: rows of <paramref name="Source"/>.</param>
/// <param name="Source">Files that hold the span; null: prepared data does.</param>
/// <param name="From">First time of the span, as people read it; null: the first that can be forecast. Of source files only.</param>
/// <param name="To">Last time of the span; null: the newest. Of source files only.</param>
/// <param name="Leads">Steps from the origin that are scored, ascending.</param>
/// <param name="InputRows">Rows without a gap that an origin needs: of the models it was judged with the longest input counts.</param>
/// <param name="TargetWeights">Of the policy it was judged by; null: equal.</param>
internal sealed record BacktestOrder(
    Identifier Identifier,
    RunId RunId,
    ConfigHash? TestPartOf,
    SpanSource? Source,
    string? From,
    string? To,
    IReadOnlyList<int> Leads,
    int InputRows,
    IReadOnlyDictionary<string, double>? TargetWeights)
{
    /// <summary>The same is the same backtest.</summary>
    public BacktestId ToId() => BacktestId.From(CanonicalJson.Hash(ToJson()));

    public static BacktestOrder Of(BacktestRow row) =>
        JsonSerializer.Deserialize<BacktestOrder>(row.Request, RegistryJson.Options)!;

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, RegistryJson.Options)!.AsObject();
}

/// <summary>Source files, by their hashes, and how they are read.</summary>
internal sealed record SpanSource(DatasetName Name, string TrainSha256, string? TestSha256, string Options)
{
    public static SpanSource Of(SourceFiles files) => new(files.Name, files.TrainSha256, files.TestSha256, files.Options.Json);

    public SourceOptions Form() => SourceOptions.Parse(JsonNode.Parse(Options)!.AsObject());
}
