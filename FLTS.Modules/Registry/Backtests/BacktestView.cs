using System.Text.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Backtests;

/// <summary>A backtest as <c>GET /backtests/{id}</c> answers it; lists leave the hours out.</summary>
internal sealed record BacktestView(
    BacktestId BacktestId,
    Identifier Identifier,
    RunId RunId,
    BacktestStatus Status,
    string? From,
    string? To,
    IReadOnlyList<int> Leads,
    BacktestResult? Result,
    IReadOnlyList<HourScore>? Hours,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? NextTry)
{
    public static BacktestView Of(BacktestRow row)
    {
        var (order, result) = (BacktestOrder.Of(row), ResultOf(row));
        return new BacktestView(
            row.BacktestId,
            row.Identifier,
            row.RunId,
            row.Status,
            result?.From ?? order.From,
            result?.To ?? order.To,
            order.Leads,
            result,
            Read<IReadOnlyList<HourScore>>(row.Hours),
            row.Error,
            row.CreatedAt,
            row.StartedAt,
            row.EndedAt,
            row.NextAttemptAt);
    }

    /// <summary>What was found, without its hours; null: nothing yet.</summary>
    public static BacktestResult? ResultOf(BacktestRow row) => Read<BacktestResult>(row.Result);

    private static T? Read<T>(string? json)
        where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, RegistryJson.Options);
}
