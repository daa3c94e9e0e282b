using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Json;

/// <summary>
/// JSON in the one form RFC 8785 (JCS) allows: no spaces, properties ordered by UTF-16 code units, ECMAScript numbers.
/// Equal documents give equal bytes on every machine and in every culture, so their SHA-256 can be an identity.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical text of a document.</summary>
    /// <exception cref="ArgumentException">A number outside double's finite range, or a string with a lone surrogate: neither
    /// has a canonical form.</exception>
    public static string Serialize(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    /// <summary>Lower-case hex SHA-256 of the canonical text in UTF-8.</summary>
    /// <exception cref="ArgumentException">As <see cref="Serialize"/>.</exception>
    public static string Hash(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Serialize(node))));

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject properties:
                text.Append('{');
                var first = true;
                foreach (var (name, value) in properties.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    if (!first)
                        text.Append(',');
                    first = false;
                    WriteString(text, name);
                    text.Append(':');
                    Write(text, value);
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        text.Append(',');
                    Write(text, items[i]);
                }

                text.Append(']');
                break;
            default:
                WriteScalar(text, node);
                break;
        }
    }

    private static void WriteScalar(StringBuilder text, JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                WriteString(text, node.GetValue<string>());
                break;
            case JsonValueKind.Number:
                text.Append(Number(double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                text.Append(c).Append(value[++i]);
                continue;
            }

            if (char.IsSurrogate(c))
                throw new ArgumentException(
                    $"The string at character {i} holds half of a surrogate pair; canonical JSON needs valid Unicode.", nameof(value));
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    /// <summary>A number as ECMAScript's Number.prototype.toString writes it (RFC 8785, 3.2.2.3).</summary>
    /// <exception cref="ArgumentException">NaN or infinity.</exception>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException("NaN and infinity have no JSON form.", nameof(value));
        if (value == 0)
            return "0";

        // .NET's "E16" would round; "R" gives the shortest digits that read back to the same double, as ECMAScript asks.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var exponent = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        var leading = digits.Length - digits.TrimStart('0').Length;
        var n = (point < 0 ? mantissa.Length : point) + exponent - leading; // value = 0.d1d2... * 10^n
        digits = digits[leading..].TrimEnd('0');
        var k = digits.Length;

        string text;
        if (k <= n && n <= 21)
            text = digits + new string('0', n - k);
        else if (n is > 0 and <= 21)
            text = string.Concat(digits.AsSpan(0, n), ".", digits.AsSpan(n));
        else if (n is > -6 and <= 0)
            text = "0." + new string('0', -n) + digits;
        else
        {
            var sign = n - 1 < 0 ? "-" : "+";
            var fraction = k == 1 ? "" : string.Concat(".", digits.AsSpan(1));
            text = string.Concat(digits.AsSpan(0, 1), fraction, "e" + sign, Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture));
        }

        return value < 0 ? "-" + text : text;
    }
}
