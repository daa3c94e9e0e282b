using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace FLTS.Modules.Contracts;

/// <summary>Answer of <c>GET /datasets/{name}/series</c>. P points.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Timezone">Whose local times are shown; null: times without a zone.</param>
/// <param name="StepSeconds">From row to row, on average where the step is one of the calendar.</param>
/// <param name="First">Time of the dataset's first row.</param>
/// <param name="Last">Of its last.</param>
/// <param name="Rows">Within the span asked for, those that are missing on the grid among them.</param>
/// <param name="BucketSeconds">A point stands for so much time; null: for one row.</param>
/// <param name="Ts">[P] When a point begins; one that has no values at all is a gap.</param>
/// <param name="Columns">As they were asked for.</param>
internal sealed record ReducedSeries(
    DatasetName Dataset,
    string? Timezone,
    double StepSeconds,
    string First,
    string Last,
    int Rows,
    double? BucketSeconds,
    IReadOnlyList<string> Ts,
    IReadOnlyList<ReducedColumn> Columns)
{
    /// <summary>As text: <c>ts</c> and the columns, of each four where points stand for several rows.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder("ts");
        foreach (var column in Columns)
            text.AppendJoin("", column.Parts().Select(p => $",{Quoted(p.Suffix is null ? column.Name : $"{column.Name}_{p.Suffix}")}"));
        text.Append('\n');
        var numbers = Columns.SelectMany(c => c.Parts()).Select(p => p.Numbers).ToList();
        for (var p = 0; p < Ts.Count; p++)
        {
            text.Append(Ts[p]);
            foreach (var column in numbers)
                text.Append(',').Append(column[p]?.ToString("R", CultureInfo.InvariantCulture));
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(",\"\r\n") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>A column of it: its values, or of each point minimum, maximum, first and last; null where nothing was measured.</summary>
/// <param name="Name">As the file has it.</param>
/// <param name="Unit">As the dataset's options state it.</param>
internal sealed record ReducedColumn(string Name, string? Unit)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double?[]? Values { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double?[]? Min { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double?[]? Max { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double?[]? First { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double?[]? Last { get; init; }

    internal IEnumerable<(string? Suffix, double?[] Numbers)> Parts() => Values is not null
        ? [(null, Values)]
        : [("min", Min!), ("max", Max!), ("first", First!), ("last", Last!)];
}
