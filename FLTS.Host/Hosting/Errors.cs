using System.Globalization;
using System.Text.Json;
using FLTS.Modules.Contracts;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Host.Hosting;

/// <summary>The one place that turns exceptions into problem details (RFC 9457).</summary>
internal sealed partial class Errors(IProblemDetailsService problems, ILogger<Errors> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Describe(exception);
        if (problem.Status >= 500 && exception is not FltsException)
        {
            LogUnexpected(logger, httpContext.Request.Method, httpContext.Request.Path, exception);
            problem.Extensions["trace_id"] = httpContext.TraceIdentifier;
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        if (exception is TooManyException tooMany)
            httpContext.Response.Headers.RetryAfter = tooMany.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }

    private static ProblemDetails Describe(Exception exception) => exception switch
    {
        FltsException known => Known(known),
        BadHttpRequestException { InnerException: JsonException json } => Problem(400, NotJson(json)),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem(413, "The body is larger than allowed."),
        BadHttpRequestException bad => Problem(bad.StatusCode, bad.Message),
        JsonException json => Problem(400, NotJson(json)),
        _ => Problem(500, "Something went wrong here; the log has it under the trace_id."),
    };

    private static string NotJson(JsonException json) =>
        $"The body is no valid JSON{(json.LineNumber is { } line ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "")}{(json.Path is { Length: > 1 } path ? $" ({path})" : "")}.";

    private static ProblemDetails Known(FltsException exception)
    {
        var problem = Problem(exception.Status, exception.Message);
        foreach (var (name, value) in exception.Details)
            problem.Extensions[name] = value;

        return problem;
    }

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = detail };

    [LoggerMessage(Level = LogLevel.Error, Message = "{method} {path} failed")]
    private static partial void LogUnexpected(ILogger logger, string method, string path, Exception exception);
}
