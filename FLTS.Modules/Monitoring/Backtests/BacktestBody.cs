namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Shape of the body of <c>POST /backtests</c>.</summary>
internal sealed record BacktestBody
{
    public required string Identifier { get; init; }

    /// <summary>Whose forecasts; default: the champion's in force.</summary>
    public string? RunId { get; init; }

    /// <summary>First time of the span; default: the first that can be forecast.</summary>
    public string? From { get; init; }

    /// <summary>Last time of the span; default: the newest.</summary>
    public string? To { get; init; }

    /// <summary>Steps from the origin that are scored; default: those that the model was judged by.</summary>
    public IReadOnlyList<int>? Leads { get; init; }
}
