namespace FLTS.Modules.Monitoring;

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

/// <summary>Shape of the body of <c>POST /runs/{run_id}/shadow</c>.</summary>
internal sealed record ShadowBody
{
    /// <summary>It is only said whether that can be.</summary>
    public bool? DryRun { get; init; }
}
