using Hangfire;

namespace FLTS.Modules.Contracts;

// One job a step. They take ids only (as text: Hangfire keeps their arguments), may be run by anyone any number of times, and are
// leased by a row: any execution of a finished step is a no-op. The second argument only names the job for people in the dashboard.

/// <summary>Preprocesses one <c>config_hash</c>.</summary>
public interface IPreprocessJob
{
    [JobDisplayName("Preprocess {1}")]
    Task RunAsync(string configHash, string label, CancellationToken cancellation);
}

/// <summary>Trains one run.</summary>
public interface ITrainJob
{
    [JobDisplayName("Train {1}")]
    Task RunAsync(string runId, string label, CancellationToken cancellation);
}

/// <summary>Evaluates one pipeline and promotes.</summary>
public interface IEvaluateJob
{
    [JobDisplayName("Evaluate {1}")]
    Task RunAsync(string pipelineId, string label, EvaluationWake wake, CancellationToken cancellation);
}

/// <summary>Who saw that a pipeline is to be evaluated; the attempt tells it.</summary>
public enum EvaluationWake
{
    /// <summary>A message that its last run has ended.</summary>
    Event,

    /// <summary>The Reconciler, looking at the rows: the message was lost or late, or the process was killed.</summary>
    Reconciler,
}

/// <summary>Puts jobs into the queue of the module that does them. The queue of a training is its model type in lower case, <c>references</c> for the naive ones.</summary>
public interface IJobQueues
{
    void Preprocess(ConfigHash configHash, Identifier identifier);

    void Train(RunId runId, string modelType, Identifier identifier, ConfigHash configHash);

    void Evaluate(PipelineId pipelineId, Identifier identifier, ConfigHash configHash, EvaluationWake wake);
}
