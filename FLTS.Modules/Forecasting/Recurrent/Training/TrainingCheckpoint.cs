using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Recurrent.Net;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>
/// Reads and writes a training's state: SHA-256 of what it belongs to, SHA-256 of the state, the state.
/// A state of other data or hyperparameters, or a damaged one, counts as none.
/// </summary>
internal sealed class TrainingCheckpoint(ICheckpoint? store, string modelType, RecurrentHyperparameters parameters, TrainingSet data)
{
    /// <summary>To be changed whenever training computes otherwise or the state holds other things.</summary>
    private const string Version = "recurrent-checkpoint-5";

    private readonly byte[] _identity = store is null ? [] : Identity(modelType, parameters, data);

    /// <summary>Whether anything is kept at all.</summary>
    public bool IsKept => store is not null;

    /// <summary>The state to go on from; null: start anew.</summary>
    public TrainingState? Load()
    {
        if (store?.Load() is not { } bytes || bytes.Length < 2 * SHA256.HashSizeInBytes)
            return null;
        var state = bytes.AsMemory(2 * SHA256.HashSizeInBytes);
        var whole = bytes.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(_identity)
            && bytes.AsSpan(SHA256.HashSizeInBytes, SHA256.HashSizeInBytes).SequenceEqual(SHA256.HashData(state.Span));
        return whole ? TrainingState.Parse(state) : null;
    }

    public void Save(TrainingState state)
    {
        var bytes = state.ToBytes();
        store?.Save([.. _identity, .. SHA256.HashData(bytes), .. bytes]);
    }

    private static byte[] Identity(string modelType, RecurrentHyperparameters parameters, TrainingSet data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var series = data.Series;
        var words = new JsonArray(
            Version,
            modelType,
            parameters.ToJson(),
            data.ValidationStart,
            series.Step.ToJson() is { } step ? new JsonArray(series.Step.Duration.Ticks, step) : series.Step.Duration.Ticks,
            Names(series.Columns),
            Names(series.Targets),
            Names(series.FlatTargets),
            parameters.Log1p ? data.Scaler?.ToJson() : null);
        hash.AppendData(Encoding.UTF8.GetBytes(words.ToJsonString()));
        hash.AppendData(MemoryMarshal.AsBytes(series.Segments.AsSpan()));
        foreach (var column in series.Values)
            hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
        foreach (var column in series.Observed)
            hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
        return hash.GetHashAndReset();
    }

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(n => JsonValue.Create(n))];
}
