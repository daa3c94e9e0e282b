using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace FLTS.Modules.Pipeline;

/// <summary>Settings hold text; option documents hold numbers and flags. Text that reads as one becomes one.</summary>
internal static class ConfigurationJson
{
    public static JsonObject Read(IConfiguration configuration, string path) =>
        new(configuration.GetSection(path).GetChildren().Select(child => KeyValuePair.Create(child.Key, Node(configuration, child))));

    private static JsonNode? Node(IConfiguration configuration, IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
            return Scalar(section.Value);

        return children.All(c => int.TryParse(c.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new JsonArray([.. SettingList.Entries(configuration, section.Path)
                .OrderBy(c => int.Parse(c.Key, CultureInfo.InvariantCulture))
                .Select(c => Node(configuration, c))])
            : Read(configuration, section.Path);
    }

    private static JsonNode? Scalar(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (bool.TryParse(text, out var flag))
            return flag;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;

        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        return isNumber ? number : text;
    }
}
