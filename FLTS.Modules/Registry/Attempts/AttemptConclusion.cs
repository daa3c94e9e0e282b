using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Attempts;

/// <summary>How an attempt ends, with everything that is written with it.</summary>
/// <param name="Outcome">Its outcome; not <see cref="AttemptOutcome.Blocked"/>, which is no end.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="SelectedRunId">The run that won; null where none did.</param>
internal sealed record AttemptConclusion(AttemptOutcome Outcome, string Reason, RunId? SelectedRunId)
{
    /// <summary>JSON array of <c>{model_type, reason}</c>: what did not take part.</summary>
    public string Missing { get; init; } = "[]";

    /// <summary>By how much the best candidate was better than the champion; null where they were not compared.</summary>
    public AttemptMargin? Margin { get; init; }

    /// <summary>What was refused on the way, and is not told yet.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>The scoreboard; null where nothing was scored.</summary>
    public KeptScoreboard? Scoreboard { get; init; }

    /// <summary>What the evaluator measured, by run.</summary>
    public IReadOnlyDictionary<RunId, JsonObject> TestMetrics { get; init; } = new Dictionary<RunId, JsonObject>();

    /// <summary>The new champion; null where the one in force stays.</summary>
    public NewChampion? Champion { get; init; }
}
