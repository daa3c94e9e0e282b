using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace FLTS.Host.Hosting;

/// <summary>
/// How many calls a caller may make a second and at the same time (<see cref="RequestsOptions"/>): a key, whoever shows it; an address
/// where there is none. What is more is answered 429 with when to come again. Kinds of calls are counted apart, and what has no limit
/// passes by without being looked at.
/// </summary>
internal sealed class CallLimits(RequestsOptions options)
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    public static CallKind KindOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CallsOf>()?.Kind ?? CallKind.Ordinary;

    public bool AppliesTo(HttpContext context)
    {
        var (perSecond, atOnce) = Of(KindOf(context));
        return perSecond > 0 || atOnce > 0;
    }

    public void Configure(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, Counted>(c => PerSecond(Counted.Of(c))),
            PartitionedRateLimiter.Create<HttpContext, Counted>(c => AtOnce(Counted.Of(c))));
        limiter.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext, rejected.Lease);
    }

    private (int PerSecond, int AtOnce) Of(CallKind kind) => kind switch
    {
        CallKind.Watch => (0, 0),
        CallKind.Forecast => (options.ForecastsPerSecond, options.ForecastsAtOnce),
        CallKind.Append => (options.AppendsPerSecond, options.AppendsAtOnce),
        _ => (options.PerSecond, options.AtOnce),
    };

    private RateLimitPartition<Counted> PerSecond(Counted counted)
    {
        var most = Of(counted.Kind).PerSecond;
        return most == 0 ? RateLimitPartition.GetNoLimiter(counted) : RateLimitPartition.GetTokenBucketLimiter(
            counted,
            _ => new TokenBucketRateLimiterOptions
            {
                TokensPerPeriod = most,
                ReplenishmentPeriod = _second,
                TokenLimit = (int)Math.Min((long)most * options.BurstSeconds, int.MaxValue),
                QueueLimit = 0,
            });
    }

    private RateLimitPartition<Counted> AtOnce(Counted counted)
    {
        var most = Of(counted.Kind).AtOnce;
        return most == 0 ? RateLimitPartition.GetNoLimiter(counted) : RateLimitPartition.GetConcurrencyLimiter(
            counted, _ => new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = 0 });
    }

    private async ValueTask RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        context.RequestServices.GetRequiredService<IAudit>().Refused(KeyRefusals.Limit, context.Connection.RemoteIpAddress);
        var (kind, name) = (KindOf(context), KindOf(context) == CallKind.Ordinary ? "" : $"{KindOf(context)}s");
        var isTooFast = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        context.Response.Headers.RetryAfter =
            Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var detail = isTooFast
            ? $"More than {Of(kind).PerSecond} calls a second come from this caller (Requests:{name}PerSecond)."
            : $"More than {Of(kind).AtOnce} calls of this caller are being answered (Requests:{name}AtOnce).";
        await Results.Problem(statusCode: StatusCodes.Status429TooManyRequests, detail: detail).ExecuteAsync(context);
    }

    /// <summary>Calls that are counted together.</summary>
    private readonly record struct Counted(CallKind Kind, string Who)
    {
        public static Counted Of(HttpContext context) => new(
            KindOf(context),
            Caller.Of(context) is { } caller ? $"key {caller.Id}" : KeyGuesses.NameOf(context.Connection.RemoteIpAddress));
    }
}
