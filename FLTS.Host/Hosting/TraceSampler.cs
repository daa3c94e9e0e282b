using System.Diagnostics;
using OpenTelemetry.Trace;

namespace FLTS.Host.Hosting;

/// <summary>
/// Which traces are taken: what belongs to one that is taken; what is linked with one that is taken; of all others a share. A call to a
/// server outside of any trace is none: loops ask the database every second whether there is something to do.
/// </summary>
internal sealed class TraceSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        if (samplingParameters.ParentContext.TraceId != default)
            return Taken(IsTaken(samplingParameters.ParentContext));
        if (samplingParameters.Kind == ActivityKind.Client)
            return Taken(false);

        return samplingParameters.Links?.ToList() is { Count: > 0 } links
            ? Taken(links.Exists(l => IsTaken(l.Context)))
            : _share.ShouldSample(samplingParameters);
    }

    private static bool IsTaken(ActivityContext context) => context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);

    private static SamplingResult Taken(bool isTaken) => new(isTaken ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
}
