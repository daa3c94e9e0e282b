using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>A row on which a step is to be done, as far as the rows say.</summary>
/// <param name="Task">What to put into a queue.</param>
/// <param name="Row">The row, whose lease and time of the next try say whether it can begin.</param>
/// <param name="Turn">Changes with every take-over and every try: what is queued once a turn is queued often enough.</param>
/// <param name="Scope">Ids for the log.</param>
internal sealed record DueStep(StepTask Task, ILeased Row, string Turn, IReadOnlyDictionary<string, object> Scope);
