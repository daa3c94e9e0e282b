using System.Text.Json;
using System.Text.Json.Serialization;

namespace FLTS.Forecasting.Json;

/// <summary>How the numerical core writes JSON: snake_case names, enumerations by name, numbers that read back exactly.</summary>
internal static class JsonFormat
{
    public static JsonSerializerOptions Snake { get; } = Make(indented: false);

    public static JsonSerializerOptions Indented { get; } = Make(indented: true);

    /// <summary>A value of an enumeration as it is written.</summary>
    public static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        IgnoreReadOnlyProperties = true,
        WriteIndented = indented,
        NewLine = "\n",
    };
}
