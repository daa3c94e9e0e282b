namespace FLTS.Modules.Training;

/// <summary>
/// What the trainings of a process share: its cores, their turns, its clock, what they count, and the options of all of them.
/// </summary>
internal sealed record TrainingMachine(
    ComputeThreads Threads, TrainingTurns Turns, TrainingOptions Options, TrainingMetrics Metrics, TimeProvider Time);
