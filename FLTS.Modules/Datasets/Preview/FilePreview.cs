using System.Text.Json.Nodes;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>How a file would be read, and what has to be answered before.</summary>
/// <param name="File">Its name.</param>
/// <param name="Bytes">Looked at.</param>
/// <param name="IsHead">It has more, or may have: only these were sent or looked at.</param>
/// <param name="IsReadable">With <paramref name="Options"/> as they were given, without an answer to any question.</param>
/// <param name="Refused">Why it cannot be read, as whoever puts it is told; null: it can, with the first choice of every question.</param>
/// <param name="Times">Null where it cannot be read.</param>
/// <param name="Columns">All that its header names, in order.</param>
/// <param name="Series">The series it holds, where it holds several; what is told of times and rows is the first one's.</param>
/// <param name="LeftOut">What of it is not used, and why.</param>
/// <param name="Warnings">What else looks wrong.</param>
/// <param name="Questions">To be answered, each by an option.</param>
/// <param name="Options">With which it was read: those given, then the first choice of every question.</param>
public sealed record FilePreview(
    string File,
    long Bytes,
    bool IsHead,
    bool IsReadable,
    string? Refused,
    TimesPreview? Times,
    IReadOnlyList<ColumnPreview> Columns,
    IReadOnlyList<string> Series,
    IReadOnlyList<string> LeftOut,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<PreviewQuestion> Questions,
    [property: Shape(typeof(OptionsBody))] JsonObject Options);

/// <summary>The times of a file.</summary>
/// <param name="Column">That holds them.</param>
/// <param name="Form">As the file writes them.</param>
/// <param name="Timezone">Of the dataset; null: times without a zone.</param>
/// <param name="First">Earliest, without an offset: local time where there is a zone.</param>
/// <param name="Last">Latest, the same.</param>
/// <param name="Step">From row to row: a duration, or a step of the calendar.</param>
/// <param name="RegularShare">Share of the steps that are so long, 0 to 1.</param>
/// <param name="Rows">That were read.</param>
public sealed record TimesPreview(
    string Column, string Form, string? Timezone, DateTime First, DateTime Last, string Step, double RegularShare, int Rows);

/// <summary>A column of a file.</summary>
/// <param name="Name">As the header has it.</param>
/// <param name="Kind">What it is taken for.</param>
/// <param name="Sample">Its first values, as they are written.</param>
public sealed record ColumnPreview(string Name, ColumnKind Kind, IReadOnlyList<string> Sample);

/// <summary>What a column is taken for.</summary>
public enum ColumnKind { Time, Numeric, Text, Index, Empty, Series, Excluded }

/// <summary>Something that the file leaves open.</summary>
/// <param name="Option">The option that answers it.</param>
/// <param name="Choices">Values it may be given, likelier ones first; none: any that fits.</param>
/// <param name="Question">What is open, as whoever puts the file without the option is told.</param>
public sealed record PreviewQuestion(string Option, IReadOnlyList<JsonNode> Choices, string Question);
