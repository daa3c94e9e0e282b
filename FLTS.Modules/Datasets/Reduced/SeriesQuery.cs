using System.ComponentModel;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Times;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Modules.Datasets.Reduced;

/// <summary>What of a dataset is drawn, as it stands in an address.</summary>
internal sealed record SeriesQuery
{
    /// <summary>Columns of one answer.</summary>
    public const int MostColumns = 20;

    public const int FewestPoints = 2, MostPoints = 10_000, DefaultPoints = 1000;

    private const int LongestShown = 80;

    [FromQuery(Name = "columns")]
    [Description("Columns with commas between them; may be repeated. Without it all, if there are no more than 20.")]
    public string[]? Columns { get; init; }

    [FromQuery(Name = "from"), Description("First time, such as 2026-03-02T09:30:00; without an offset local time of the dataset's zone.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), Description("Last time; the same.")]
    public string? To { get; init; }

    [FromQuery(Name = "points"), Description("Most points of a column, 2 to 10000; 1000 without it.")]
    public string? Points { get; init; }

    private bool AsksAll => Columns is null or []; // An address without it is bound to an empty array.

    /// <summary>Places of the columns asked for, in the order they are asked for.</summary>
    /// <exception cref="NotFoundException">A column that is not there.</exception>
    /// <exception cref="InvalidInputException">None, or more than an answer may have.</exception>
    public IReadOnlyList<int> PlacesIn(DatasetName name, IReadOnlyList<string> columns)
    {
        var places = AsksAll
            ? [.. Enumerable.Range(0, columns.Count)]
            : Columns!.SelectMany(text => Split(text, columns)).Distinct().Select(c => Place(name, c, columns)).ToList();
        if (places.Count == 0)
            throw new InvalidInputException("'columns' names none; leave it out or name at least one.");
        return places.Count <= MostColumns
            ? places
            : throw new InvalidInputException(
                AsksAll
                    ? $"The dataset has {columns.Count} numeric columns; name at most {MostColumns} of them in 'columns'."
                    : $"'columns' names {places.Count} columns; at most {MostColumns} are answered at once.");
    }

    /// <exception cref="InvalidInputException">No number, or out of range.</exception>
    public int CheckedPoints() => Points is null ? DefaultPoints
        : int.TryParse(Points, out var points) && points is >= FewestPoints and <= MostPoints ? points
        : throw new InvalidInputException(
            $"'points' is '{Shown(Points)}'; it must be a whole number between {FewestPoints} and {MostPoints}.");

    /// <summary>The span, both ends within it.</summary>
    /// <exception cref="InvalidInputException">No times, or the wrong way round.</exception>
    public (DateTime From, DateTime To) Span(SeriesStep step)
    {
        var from = Time("from", From, step) ?? DateTime.MinValue;
        var to = Time("to", To, step) ?? DateTime.MaxValue;
        return from <= to ? (from, to) : throw new InvalidInputException($"'from' ({Shown(From!)}) is after 'to' ({Shown(To!)}).");
    }

    /// <summary>A column whose name has commas is named whole.</summary>
    private static string[] Split(string text, IReadOnlyList<string> columns) =>
        columns.Contains(text) ? [text] : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Place(DatasetName name, string column, IReadOnlyList<string> columns) =>
        columns.ToList().IndexOf(column) is var place and >= 0 ? place : throw new NotFoundException(
            $"The dataset '{name}' has no numeric column '{Shown(column)}' (columns); it has {string.Join(", ", columns.Take(20))}"
            + $"{(columns.Count > 20 ? $" and {columns.Count - 20} more" : "")}.");

    private static DateTime? Time(string name, string? text, SeriesStep step)
    {
        if (text is null)
            return null;

        var kind = TimestampParser.Parse(Encoding.UTF8.GetBytes(text), out var time);
        if (kind is not (TimestampKinds.Local or TimestampKinds.Zoned))
            throw new InvalidInputException($"'{name}' is '{Shown(text)}'; it must be an ISO 8601 time such as 2026-03-02T09:30:00.");
        if (kind == TimestampKinds.Zoned && step.Clock is null)
            throw new InvalidInputException($"'{name}' is '{Shown(text)}', but the data's times have no zone; leave the offset out.");
        return kind == TimestampKinds.Local && step.Clock is { } clock ? clock.Utc(time) : new DateTime(time.Ticks);
    }

    private static string Shown(string text) => new([.. text.Take(LongestShown).Select(c => char.IsControl(c) ? '?' : c)]);
}
