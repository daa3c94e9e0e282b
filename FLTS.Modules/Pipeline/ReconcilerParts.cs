using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Pipeline;

/// <summary>What the Reconciler reads from the registry and does there.</summary>
internal sealed record ReconcilerParts(
    UnfinishedWorkReader Work, IEnumerable<Step> Steps, ILeases Leases, TrainStep Train, RunRepairs Repairs);
