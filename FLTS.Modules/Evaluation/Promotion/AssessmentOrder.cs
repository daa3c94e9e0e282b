using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>What is assessed, and how.</summary>
/// <param name="Input">The runs to choose from and the champion.</param>
/// <param name="Policy">How.</param>
/// <param name="AttemptId">Named in the pointer.</param>
/// <param name="Force">A person overrides the gate.</param>
/// <param name="Refusals">Gets what the store refused on the way.</param>
internal sealed record AssessmentOrder(
    EvaluationInput Input, EvaluationPolicy Policy, AttemptId AttemptId, bool Force, ICollection<Refusal> Refusals);
