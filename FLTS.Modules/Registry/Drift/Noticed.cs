using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Drift;

/// <summary>Something that a look at a station has noticed.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">Begin of the hour of data that shows it.</param>
/// <param name="Value">What decided, as <see cref="DriftEventRow.Value"/>.</param>
/// <param name="Reason">In a sentence.</param>
internal sealed record Noticed(DriftKind Kind, DateTime At, double Value, string Reason)
{
    /// <summary>What makes it the same as what another look notices; <see cref="At"/> where null.</summary>
    public string? Mark { get; init; }

    /// <summary>The key of its event.</summary>
    public string IdOf(Identifier identifier, RunId champion) => CanonicalJson.Hash(new JsonObject
    {
        ["identifier"] = identifier.Value,
        ["run_id"] = champion.Value,
        ["kind"] = SnakeCase.Of(Kind),
        ["at"] = Mark ?? At.ToString("s", System.Globalization.CultureInfo.InvariantCulture),
    });
}
