using FLTS.Forecasting.Safetensors;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>Where a training stands after an epoch: all that the next one depends on besides data and hyperparameters.</summary>
/// <param name="Stage">0: the epoch is being selected; 1: the net is trained again on all rows.</param>
/// <param name="Selection">In stage 1 how stage 0 ended, else nothing.</param>
/// <param name="History">Finished epochs of this stage; the best epoch and the learning rate follow from it.</param>
/// <param name="Weights">After the last of them.</param>
/// <param name="Kept">After the best of them.</param>
/// <param name="Moments">Adam's.</param>
internal sealed record TrainingState(
    int Stage, Selection Selection, IReadOnlyList<EpochMetrics> History, NamedTensor[] Weights, NamedTensor[] Kept, NamedTensor[] Moments)
{
    private const int Numbers = 9;

    /// <summary>As a safetensors file.</summary>
    public byte[] ToBytes() => SafetensorsFile.Write(
    [
        new("stage", [], new double[] { Stage }),
        Pack("selection", Selection.History),
        Pack("history", History),
        .. Prefixed("selected.", Selection.Weights),
        .. Prefixed("weights.", Weights),
        .. Prefixed("kept.", Kept),
        .. Prefixed("moments.", Moments),
    ]);

    /// <exception cref="CorruptArtifactException">No such file.</exception>
    public static TrainingState Parse(ReadOnlyMemory<byte> bytes)
    {
        const string name = "checkpoint";
        var tensors = SafetensorsFile.Read(bytes, name);
        return tensors.ContainsKey("stage") && tensors.ContainsKey("selection") && tensors.ContainsKey("history")
            ? new TrainingState(
                (int)tensors["stage"].Doubles[0],
                new Selection(Unpack(tensors["selection"]), With("selected.")),
                Unpack(tensors["history"]),
                With("weights."),
                With("kept."),
                With("moments."))
            : throw new CorruptArtifactException($"{name}: stage or history is missing.");

        NamedTensor[] With(string prefix) =>
            [.. tensors.Values.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(t => t with { Name = t.Name[prefix.Length..] })];
    }

    private static IEnumerable<NamedTensor> Prefixed(string prefix, NamedTensor[] tensors) =>
        tensors.Select(t => t with { Name = prefix + t.Name });

    private static NamedTensor Pack(string name, IReadOnlyList<EpochMetrics> history) => new(
        name,
        [history.Count, Numbers],
        history.SelectMany(e => (double[])
        [
            e.Epoch, e.TrainLoss, e.TrainRmse, e.TrainMae, e.TrainR2, e.ValLoss ?? double.NaN, e.ValRmse ?? double.NaN,
            e.ValMae ?? double.NaN, e.ValR2 ?? double.NaN,
        ]).ToArray());

    private static EpochMetrics[] Unpack(NamedTensor tensor) =>
    [
        .. tensor.Doubles.Chunk(Numbers)
            .Select(n => new EpochMetrics((int)n[0], n[1], n[2], n[3], n[4], Held(n[5]), Held(n[6]), Held(n[7]), Held(n[8]))),
    ];

    /// <summary>Every number of a history is finite, so NaN is free to mean that there was no validation.</summary>
    private static double? Held(double number) => double.IsNaN(number) ? null : number;
}
