using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;

namespace FLTS.Forecasting.Prophet;

/// <summary>What only PROPHET's hyperparameters have: members of more than one type, and names of columns and terms.</summary>
internal static class ProphetReading
{
    private const string Auto = "auto";

    /// <summary><c>auto</c> (default), true (the usual order), false (0) or an order.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static JsonNode Switch(this StrictJson from, string name, int usualOrder) => from.Element(name) switch
    {
        null => Auto,
        { } value when IsAuto(value) => Auto,
        { ValueKind: JsonValueKind.True } => usualOrder,
        { ValueKind: JsonValueKind.False } => 0,
        { ValueKind: JsonValueKind.Number } => from.RequiredInteger(name, 0, 1000),
        _ => throw from.Wrong(name, "auto, true, false or an order from 0 to 1000"),
    };

    /// <summary><c>auto</c> (default), true or false.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static JsonNode AutoOrFlag(this StrictJson from, string name) => from.Element(name) switch
    {
        null => Auto,
        { } value when IsAuto(value) => Auto,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw from.Wrong(name, "auto, true or false"),
    };

    /// <summary>A finite number, or the name of a column.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static JsonNode? NumberOrColumn(this StrictJson from, string name) => from.Element(name)?.ValueKind switch
    {
        JsonValueKind.String => from.Name(name),
        null or JsonValueKind.Number => from.Number(name),
        _ => throw from.Wrong(name, "a finite number in the target's units or the name of a column"),
    };

    /// <summary>A name of more than blanks.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static string? Name(this StrictJson from, string name) => from.Element(name) is null ? null : from.RequiredName(name);

    /// <summary>As <see cref="Name"/>, and it must be there.</summary>
    /// <exception cref="InvalidInputException">It is absent, or something else.</exception>
    public static string RequiredName(this StrictJson from, string name)
    {
        const string right = "text that is not blank";
        var text = from.RequiredText(name, right);
        return string.IsNullOrWhiteSpace(text) ? throw from.Wrong(name, right) : text;
    }

    private static bool IsAuto(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals(Auto);
}
