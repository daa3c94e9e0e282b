using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>What this process can say of its serving.</summary>
internal sealed class ServingState(ModelSlots slots, PredictQueue queue) : IServingState
{
    public int Loaded => slots.Loaded;

    public int Promoted => slots.Promoted;

    public IReadOnlyDictionary<Identifier, string> Refused => slots.Refused;

    public int Waiting => queue.Waiting;

    public Task Settled => slots.Settled;
}
