using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Batching;

/// <summary>A forecast that is waited for. What follows it runs on other threads than the one that computes.</summary>
internal sealed class Request : TaskCompletionSource<double[,,]>
{
    public Request(ServedModel model, Window window, int steps, string client)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Model, Window, Steps, Client) = (model, window, steps, client);
        Node = new LinkedListNode<Request>(this);
    }

    public ServedModel Model { get; }

    public Window Window { get; }

    public int Steps { get; }

    public string Client { get; }

    /// <summary>Its place in its <see cref="Lane"/>.</summary>
    public LinkedListNode<Request> Node { get; }

    /// <summary>Timestamp from which on nobody waits for it.</summary>
    public long Due { get; init; }

    /// <summary>Ends it when its client is gone.</summary>
    public CancellationTokenRegistration Gone { get; set; }

    /// <summary>Whether both can be one batch: the same weights, as many steps.</summary>
    public bool Joins(Request other) => Steps == other.Steps && Model.Loaded.Forecaster == other.Model.Loaded.Forecaster;
}
