namespace FLTS.Host.Hosting;

/// <summary>Answer of <c>/healthz</c> and <c>/predict_ping</c>.</summary>
/// <param name="Status">In words.</param>
/// <param name="ModelReady">A model is loaded here.</param>
/// <param name="QueueLength">Forecasts that wait for their turn.</param>
internal sealed record Liveness(string Status, bool ModelReady, int QueueLength)
{
    public static Liveness Of(string status, IEnumerable<IServingState> serving) =>
        new(status, serving.Any(s => s.Loaded > 0), serving.Sum(s => s.Waiting));
}
