using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>What <c>POST /runs/{run_id}/cancel</c> answers.</summary>
internal sealed record CancelledRun(RunId RunId, RunStatus Status, string Location);
