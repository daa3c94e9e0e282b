namespace FLTS.Modules.Registry.Attempts;

/// <summary>A scoreboard as it is kept: whole, as JSON that the API answers.</summary>
internal sealed record KeptScoreboard(ScoreboardId ScoreboardId, string Json);
