namespace FLTS.Modules.Inference.Protocols;

/// <summary>Shape of the body of <c>POST /predict</c>. Members that mean nothing are passed over with a warning.</summary>
internal sealed record PredictBody
{
    /// <summary>A list a column, and one of times (ts, timestamp, time, date or ds); default: the newest rows that are known.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CellShape>>? Data { get; init; }

    /// <summary>Name of the list of times.</summary>
    public string? IndexCol { get; init; }

    /// <summary>Steps; from 1, default 1.</summary>
    public int? InferenceLength { get; init; }

    /// <summary>The station; default: the only one with a champion, else global.</summary>
    public string? Identifier { get; init; }

    /// <summary>Of intervals: percentages between 0 and 100.</summary>
    [Shape(typeof(NumbersShape))]
    public object? Level { get; init; }

    /// <summary>Coming values by column, one a step.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CellShape>>? Future { get; init; }

    /// <summary>Those to come, as far as the model does not know them.</summary>
    public IReadOnlyList<HolidayBody>? Holidays { get; init; }

    /// <summary>"now", where data has no times and ends now.</summary>
    public string? Origin { get; init; }
}

/// <summary>Shape of a day that is a holiday.</summary>
internal sealed record HolidayBody(string Holiday, string Ds);

/// <summary>Shape of the body of <c>POST /predict/batch</c>.</summary>
internal sealed record BatchBody
{
    public required IReadOnlyList<PredictBody> Items { get; init; }
}

/// <summary>Shape of a row of a forecast: its time, and each target in its own unit.</summary>
[MoreMembers]
internal sealed record ForecastRow(string Ts);
