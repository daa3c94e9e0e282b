using System.Text.Json;
using System.Text.Json.Serialization;

namespace FLTS.Host.Hosting;

/// <summary>All JSON outside is snake_case, enums are words.</summary>
internal static class Json
{
    public static IServiceCollection AddFltsJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(o => Configure(o.SerializerOptions));

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict; // "5" is no number, and the OpenAPI document does not say that it could be one.
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.Converters.Add(new CheckedBody());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
    }
}
