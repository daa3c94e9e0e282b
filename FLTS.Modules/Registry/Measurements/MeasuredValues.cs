using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Registry.Measurements;

/// <summary>The values of a row as they are stored: the same values are the same text.</summary>
internal sealed class MeasuredValues
{
    private readonly (string Name, int Column)[] _inOrder;

    /// <param name="columns">Of the table that rows are taken from.</param>
    public MeasuredValues(IReadOnlyList<string> columns) =>
        _inOrder = [.. columns.Select((name, i) => (name, i)).OrderBy(c => c.name, StringComparer.Ordinal)];

    /// <summary>A row of a table.</summary>
    public string Of(RawTable table, int row)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, column) in _inOrder)
            {
                if (table.Values[column][row] is var value && double.IsNaN(value))
                    json.WriteNull(name);
                else
                    json.WriteNumber(name, value + 0.0); // -0 is 0.
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Stored values in the order of some columns, NaN where there is none; null: it names none of these.</summary>
    /// <param name="stored">As <see cref="Of"/> wrote them.</param>
    /// <param name="places">[column name] Its place.</param>
    public static double[]? Read(string stored, IReadOnlyDictionary<string, int> places)
    {
        var (values, isAny) = (new double[places.Count], false);
        Array.Fill(values, double.NaN);
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(stored));
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            var isKnown = places.TryGetValue(json.GetString()!, out var place);
            isAny |= isKnown;
            json.Read();
            if (isKnown && json.TokenType == JsonTokenType.Number)
                values[place] = json.GetDouble();
        }

        return isAny ? values : null;
    }
}
