using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Datasets;

/// <summary>Shape of the options stored with a dataset (docs/data.md); what is not given is found in the files.</summary>
internal sealed record OptionsBody
{
    /// <summary>Column of the times, or two, joined.</summary>
    public string? TimestampColumn { get; init; }

    /// <summary>IANA zone of times without one.</summary>
    public string? Timezone { get; init; }

    /// <summary>Form of the times in .NET's letters, such as dd/MM/yyyy HH:mm.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>Mark before the decimals, '.' or ','.</summary>
    public string? Decimal { get; init; }

    /// <summary>Mark between thousands.</summary>
    public string? Thousands { get; init; }

    /// <summary>Words that mean that a value is missing.</summary>
    public IReadOnlyList<string>? MissingWords { get; init; }

    /// <summary>Lines before the header.</summary>
    public int? SkipRows { get; init; }

    /// <summary>Columns that are no measurements.</summary>
    public IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Column that tells the series of a file that holds several.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>The series that is meant.</summary>
    public string? SeriesValue { get; init; }

    /// <summary>Time between two rows, such as 00:02:00.</summary>
    public string? Step { get; init; }

    public ResampleBody? Resample { get; init; }

    /// <summary>By column: least and most that a value can be.</summary>
    public IReadOnlyDictionary<string, BoundBody>? Bounds { get; init; }

    /// <summary>Whether no target can be below 0; default auto.</summary>
    public NonNegativeRule? NonNegative { get; init; }

    /// <summary>Shown beside the column.</summary>
    public IReadOnlyDictionary<string, string>? Units { get; init; }
}

/// <summary>Shape of a coarser step: mean, sum, last or max of the rows in it.</summary>
internal sealed record ResampleBody(string Step, string How);

/// <summary>Shape of a column's bounds.</summary>
internal sealed record BoundBody
{
    public double? Min { get; init; }

    public double? Max { get; init; }
}

/// <summary>Shape of an appended row: its time, under the name that the files have for it, and values by column.</summary>
[MoreMembers(MayBeText = true)]
internal sealed record RowBody;
