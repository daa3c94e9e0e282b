using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Kit;

/// <summary>One scope a step or request: every log line inside it carries the ids, so that no log method has to be given them.</summary>
internal static class LogScope
{
    /// <param name="logger">Any logger: scopes belong to the flow of control, not to a category.</param>
    /// <param name="fields">Names as logs show them (<c>config_hash</c>, <c>pipeline_id</c>, <c>run_id</c>, <c>identifier</c>,
    /// <c>attempt_id</c>); null values are left out.</param>
    /// <returns>Ends the scope.</returns>
    public static IDisposable? Begin(ILogger logger, params (string Name, string? Value)[] fields) =>
        logger.BeginScope(fields.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => (object)f.Value!));
}
