using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Series;

/// <summary>The grid that irregular rows are brought to.</summary>
/// <param name="Step">As <see cref="ReadingOptions.Step"/>.</param>
/// <param name="How">What a step's value is of the rows that lie in it.</param>
public sealed record Resampling(string Step, ResampleHow How)
{
    internal JsonObject ToJson() => new() { ["step"] = Step, ["how"] = JsonFormat.NameOf(How) };
}

/// <summary>What the rows of one step become.</summary>
public enum ResampleHow { Mean, Sum, Last, Max }
