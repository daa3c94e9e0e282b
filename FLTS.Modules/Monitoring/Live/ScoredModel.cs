using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>A model that a station is scored with.</summary>
/// <param name="Key">See <see cref="LiveModelRow.ModelOf"/>.</param>
/// <param name="From">Rows behind this time are scored: since when it has roles.</param>
/// <param name="IsChampion">Its forecasts are packed.</param>
/// <param name="Live">It.</param>
internal sealed record ScoredModel(string Key, DateTime From, bool IsChampion, LiveModel Live)
{
    /// <summary>Truths behind this time count for its intervals: since when it is the champion; of others there are none that do.</summary>
    public DateTime CountsFrom { get; init; } = DateTime.MaxValue;
}
