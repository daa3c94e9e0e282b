namespace FLTS.Modules.Training;

/// <summary>What the trainings of a process share: its cores, their turns, its clock, and the options of all of them.</summary>
internal sealed record TrainingMachine(ComputeThreads Threads, TrainingTurns Turns, TrainingOptions Options, TimeProvider Time);
