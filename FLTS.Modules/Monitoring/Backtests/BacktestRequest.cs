using System.Text.Json;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Body of <c>POST /backtests</c>.</summary>
/// <param name="Identifier">The station.</param>
/// <param name="RunId">Whose forecasts; null: the champion's in force.</param>
/// <param name="From">First time of the span; null: the first that can be forecast.</param>
/// <param name="To">Last time of the span; null: the newest.</param>
/// <param name="Leads">Steps from the origin that are scored, ascending; null: those that the model was judged by.</param>
internal sealed record BacktestRequest(Identifier Identifier, RunId? RunId, string? From, string? To, IReadOnlyList<int>? Leads)
{
    private const int LongestTime = 40;

    /// <summary>Whether rows of the dataset are asked for, instead of the test part of the model's own data.</summary>
    public bool HasSpan => From is not null || To is not null;

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static BacktestRequest Parse(JsonElement body, int maxLead)
    {
        var read = StrictJson.Body(body, " such as {\"identifier\": \"demo\"}").AllowOnly("identifier", "run_id", "from", "to", "leads");
        return new BacktestRequest(
            new(read.RequiredText("identifier", "the name of a station, for example {\"identifier\": \"demo\"}")),
            read.Text("run_id") is { } run ? new RunId(run) : null,
            read.Text("from", LongestTime),
            read.Text("to", LongestTime),
            ReadLeads(read, maxLead));
    }

    private static IReadOnlyList<int>? ReadLeads(StrictJson read, int maxLead) => read.Integers("leads", 1, maxLead, maxLead) switch
    {
        { Count: 0 } => throw read.Wrong("leads", $"a list of at least one whole number from 1 to {maxLead} (Monitoring:MaxLead)"),
        var leads => leads,
    };
}
