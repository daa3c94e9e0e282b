using FLTS.Forecasting.Backtests;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Live;

/// <summary>What a turn of scoring found, to be written at once: whatever lay in its spans goes.</summary>
internal sealed record LiveTurn
{
    /// <summary>The station as it is then.</summary>
    public required LiveProgress Progress { get; init; }

    /// <summary>Hours by model and lead whose rows are replaced: first and last begin.</summary>
    public IReadOnlyList<(string Model, int Lead, DateTimeOffset First, DateTimeOffset Last)> HourSpans { get; init; } = [];

    /// <summary>Begin and sums of hours; see <see cref="LiveErrorRow"/>.</summary>
    public IReadOnlyList<(string Model, int Lead, DateTimeOffset Start, CellSums Sums)> Hours { get; init; } = [];

    /// <summary>Blocks by model whose rows are replaced: first and last begin.</summary>
    public IReadOnlyList<(string Model, DateTimeOffset First, DateTimeOffset Last)> BlockSpans { get; init; } = [];

    /// <summary>Begin and sums of blocks; see <see cref="LiveBlockRow"/>.</summary>
    public IReadOnlyList<(string Model, DateTimeOffset Start, CellSums Sums)> Blocks { get; init; } = [];

    /// <summary>First and last origin of all models' packed forecasts that are replaced; null: none are.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? Origins { get; init; }

    /// <summary>See <see cref="LiveForecastRow"/>.</summary>
    public IReadOnlyList<(string Model, DateTimeOffset Origin, byte[] Packed)> Forecasts { get; init; } = [];

    /// <summary>What the champion's intervals have become, and up to where truths were counted before; null: no truth moved them.</summary>
    public (IntervalState Now, DateTimeOffset? Before)? Intervals { get; init; }

    /// <summary>Run of the champion, and its <see cref="LiveIntervalRow.Windows"/>; null: they stay as they are.</summary>
    public (RunId Run, byte[] Packed)? Windows { get; init; }

    /// <summary>As they are stored.</summary>
    public IEnumerable<object> Rows(Identifier identifier) =>
    [
        .. Hours.Select(h => new LiveErrorRow
        {
            Identifier = identifier,
            Model = h.Model,
            Lead = h.Lead,
            Start = h.Start,
            Cells = h.Sums.Cells,
            Matched = h.Sums.Matched,
            Absolutes = h.Sums.Absolutes,
            Squares = h.Sums.Squares,
            Errors = h.Sums.Errors,
            With80 = h.Sums.Intervals.With80,
            Inside80 = h.Sums.Intervals.Inside80,
            With95 = h.Sums.Intervals.With95,
            Inside95 = h.Sums.Intervals.Inside95,
            IntervalScores = h.Sums.Intervals.Scores,
        }),
        .. Blocks.Select(b => new LiveBlockRow
        {
            Identifier = identifier,
            Model = b.Model,
            Start = b.Start,
            Cells = b.Sums.Matched,
            Loss = b.Sums.Matched > 0 ? b.Sums.Absolutes / b.Sums.Matched : 0,
        }),
        .. Forecasts.Select(f => new LiveForecastRow { Identifier = identifier, Model = f.Model, Origin = f.Origin, Packed = f.Packed }),
    ];
}

/// <summary>How far a station is scored; see <see cref="LiveStationRow"/>.</summary>
internal sealed record LiveProgress(
    long Changes, long? Target, DateTimeOffset? DoneTo, DateTimeOffset? ScoredTo, DateTimeOffset? KnownAt);
