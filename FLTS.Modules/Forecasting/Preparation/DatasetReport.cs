using System.Text.Json.Serialization;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Preparation;

/// <summary>What preprocessing found, for people: counts and sentences.</summary>
public sealed record DatasetReport
{
    /// <summary>The train file, or the only file.</summary>
    public required SeriesReport Train { get; init; }

    /// <summary>The test file; null where test was cut from train.</summary>
    public SeriesReport? Test { get; init; }

    /// <summary>Cells of train that were filled, by column; only columns with any.</summary>
    public IReadOnlyDictionary<string, int> FilledTrainCells { get; init; } = new Dictionary<string, int>();

    /// <summary>Cells of test that were filled (causally), by column; only columns with any.</summary>
    public IReadOnlyDictionary<string, int> FilledTestCells { get; init; } = new Dictionary<string, int>();

    /// <summary>Train rows dropped by drop_rows.</summary>
    public int DroppedRows { get; init; }

    /// <summary>Columns flat in train.</summary>
    public IReadOnlyList<string> FlatColumns { get; init; } = [];

    /// <summary>Sentences for the dataset's page and log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Those of them that say what of the files was left out. Known where the data was prepared, and not stored with it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}
