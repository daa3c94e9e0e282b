using System.Collections.Concurrent;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Page.Reading;

/// <summary>How a champion does beside the best reference, by what decided.</summary>
internal sealed record StationScore(double Score, string? ReferenceType, double? Reference)
{
    /// <summary>1 - score / reference.</summary>
    public double? Better => Reference is > 0 ? 1 - (Score / Reference) : null;
}

/// <summary>Scores of the champions in force. A scoreboard never changes, so what was read of one is kept.</summary>
internal sealed class StationScores(StationReader reader)
{
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<(ScoreboardId Board, RunId Run), StationScore?> _kept = new();

    /// <summary>By identifier; those without a champion, or whose champion was not scored on its data, are left out.</summary>
    public async Task<IReadOnlyDictionary<Identifier, StationScore>> OfAsync(
        IReadOnlyCollection<StationView> stations, CancellationToken cancellation)
    {
        var asked = stations
            .Where(s => s is { InForce: not null, ScoreboardId: not null })
            .Select(s => (s.Identifier, Key: (s.ScoreboardId!.Value, s.InForce!.RunId)))
            .ToList();
        if (_kept.Count > MostKept)
            _kept.Clear();
        foreach (var unknown in asked.Where(a => !_kept.ContainsKey(a.Key)).Chunk(100))
        {
            var boards = await reader.BoardsAsync([.. unknown.Select(u => u.Key.Value).Distinct()], cancellation);
            foreach (var (_, key) in unknown)
                _kept[key] = boards.TryGetValue(key.Value, out var board) ? Read(Board.Read(board), key.RunId) : null;
        }

        return asked
            .Where(a => _kept.GetValueOrDefault(a.Key) is not null)
            .ToDictionary(a => a.Identifier, a => _kept[a.Key]!);
    }

    private static StationScore? Read(Board board, RunId run) => board.Of(run)?.Decisive is { } score
        ? new StationScore(score, board.BestReference?.ModelType, board.BestReference?.Decisive)
        : null;
}
