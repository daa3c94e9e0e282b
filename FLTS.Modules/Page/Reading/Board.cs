using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FLTS.Modules.Page.Reading;

/// <summary>What the page shows of a scoreboard.</summary>
internal sealed record Board(
    IReadOnlyDictionary<string, double>? TargetWeights, IReadOnlyList<BoardLine> Entries, IReadOnlyList<string>? DecidedBands)
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Bands of leads that any line was judged at, in order.</summary>
    public IReadOnlyList<(int From, int To)> Bands =>
        [.. Entries.SelectMany(e => e.Bands ?? []).Select(b => (b.From, b.To)).Distinct().Order()];

    /// <summary>The reference that does best in what decides; null: none was scored.</summary>
    public BoardLine? BestReference => Entries.Where(e => e is { Kind: "reference", Decisive: not null }).MinBy(e => e.Decisive);

    public static Board Read(string board) => JsonSerializer.Deserialize<Board>(board, _json)!;

    public static Board Read(JsonNode board) => board.Deserialize<Board>(_json)!;

    /// <summary>The line of a run; null: it was not scored there.</summary>
    public BoardLine? Of(RunId run) => Entries.FirstOrDefault(e => e.RunId == run.Value && e.Decisive is not null);
}

/// <summary>A line of it.</summary>
internal sealed record BoardLine(
    int? Rank,
    string Kind,
    string ModelType,
    string? RunId,
    double? Score,
    double? DecisionScore,
    double? Rmse,
    double? Mae,
    double? R2,
    double? Skill,
    string? NotApplicable,
    IReadOnlyList<BoardBand>? Bands,
    IReadOnlyDictionary<string, BoardTarget>? PerTarget)
{
    /// <summary>What orders the lines; boards of before have the score alone.</summary>
    public double? Decisive => DecisionScore ?? Score;
}

/// <summary>A line's numbers at a band of leads.</summary>
internal sealed record BoardBand(
    int From,
    int To,
    double? Score,
    double? Skill,
    [property: JsonPropertyName("coverage_80")] double? Coverage80,
    bool Indicative);

/// <summary>A line's numbers of one target.</summary>
internal sealed record BoardTarget(BoardOriginal? Original);

/// <summary>The same in the column's own unit.</summary>
internal sealed record BoardOriginal(double? Rmse, double? Mae);
