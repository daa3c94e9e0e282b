using System.Text.Json;
using System.Text.Json.Serialization;
using FLTS.Forecasting.Json;

namespace FLTS.Host.Hosting;

/// <summary>How a body gets to the endpoints that take any JSON: after <see cref="JsonText"/> has looked through it.</summary>
internal sealed class CheckedBody : JsonConverter<JsonElement>
{
    /// <exception cref="InvalidInputException">It holds what no endpoint can take.</exception>
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonText.Check(reader);
        return JsonElement.ParseValue(ref reader);
    }

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
}
