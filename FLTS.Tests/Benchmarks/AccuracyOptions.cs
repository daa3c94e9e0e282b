using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary>What <c>bench accuracy</c> is to do.</summary>
internal sealed record AccuracyOptions
{
    /// <summary>Folder of CSVs; null: generated data.</summary>
    public string? Datasets { get; init; }

    /// <summary>Rolling origins inside train.</summary>
    public int Folds { get; init; } = 3;

    /// <summary>Seeds 0 to n - 1.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Model types whose settings are compared.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["GRU", "LSTM"];

    /// <summary>Name of a setting to its hyperparameters; what it leaves out has the model's default.</summary>
    public IReadOnlyDictionary<string, JsonObject> Settings { get; init; } = new Dictionary<string, JsonObject> { ["defaults"] = [] };
}
