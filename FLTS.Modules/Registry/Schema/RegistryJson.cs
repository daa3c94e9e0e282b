using System.Text.Json;
using System.Text.Json.Serialization;

namespace FLTS.Modules.Registry.Schema;

/// <summary>How rows and artifacts hold JSON: snake_case, enums as words.</summary>
internal static class RegistryJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        NewLine = "\n",
    };

    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true };
}
