using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Batching;

/// <summary>A forecast that is waited for. What follows it runs on other threads than the one that computes.</summary>
internal sealed class Request(ServedModel model, Window window, int steps, string client)
    : TaskCompletionSource<double[,,]>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ServedModel Model => model;

    public Window Window => window;

    public int Steps => steps;

    public string Client => client;

    /// <summary>Its place in its <see cref="Lane"/>.</summary>
    public LinkedListNode<Request>? Node { get; set; }

    /// <summary>Whether both can be one batch: the same weights, as many steps.</summary>
    public bool Joins(Request other) => steps == other.Steps && model.Loaded.Forecaster == other.Model.Loaded.Forecaster;
}
