using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Modules.Registry.Sources;

/// <summary>Options as addresses and command lines write them: a name and a text each, a list by repetition.</summary>
internal static class OptionText
{
    private static readonly string[] _lists = ["missing_words", "exclude"];
    private static readonly string[] _objects = ["resample", "bounds", "units"];

    /// <summary>The options as JSON, by their names; whoever reads them checks them.</summary>
    /// <exception cref="InvalidInputException">What must be JSON is none; an option that is no list is given twice.</exception>
    public static JsonObject Read(IEnumerable<(string Name, string Text)> given)
    {
        var options = new JsonObject();
        foreach (var (name, text) in given)
        {
            if (_lists.Contains(name))
                ((JsonArray)(options[name] ??= new JsonArray())).Add(text);
            else if (!options.TryAdd(name, Value(name, text)))
                throw new InvalidInputException($"'{name}' is given twice; give it once.");
        }

        return options;
    }

    private static JsonNode? Value(string name, string text)
    {
        if (!_objects.Contains(name))
            return name == "skip_rows" && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : text;
        try
        {
            return JsonNode.Parse(text, null, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new InvalidInputException($"'{name}' is '{text}', which is no JSON; write a JSON object in one line.", e);
        }
    }
}
