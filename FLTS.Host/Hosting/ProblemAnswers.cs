using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Host.Hosting;

/// <summary>The one place that turns exceptions into problem details (RFC 9457).</summary>
internal sealed partial class ProblemAnswers(StartupGate gate, ILogger<ProblemAnswers> logger) : IExceptionHandler
{
    private const int MostTold = 1000;

    /// <summary>Gives a sentence to what ASP.NET refuses by itself, without an exception.</summary>
    public static void Explain(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}; /scalar shows what there is.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{request.Method} is not possible at {request.Path}; {context.HttpContext.Response.Headers.Allow} is.",
            StatusCodes.Status413PayloadTooLarge => TooLarge(context.HttpContext),
            StatusCodes.Status415UnsupportedMediaType =>
                $"The content type '{request.ContentType}' is not understood here; /scalar shows which is (application/json in most "
                + "places).",
            _ => null,
        };
        if (context.ProblemDetails.Detail is { } detail)
            context.ProblemDetails.Detail = Sentence.Of(detail);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        // The tables of a new installation are made while it answers already.
        var isAway = DatabaseFaults.IsPassing(exception) || (!gate.IsOpen && IsDatabase(exception));
        var problem = isAway && exception is not FltsException
            ? Problem(503, "The database does not answer now; /readyz says more. Try again in a few seconds.")
            : Describe(exception, httpContext);
        if (problem.Status >= 500 && exception is not FltsException)
        {
            LogUnexpected(logger, httpContext.Request.Method, httpContext.Request.Path, exception);
        }

        if (exception is TooManyException tooMany)
            httpContext.Response.Headers.RetryAfter = tooMany.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

        if (isAway)
            httpContext.Response.Headers.RetryAfter = "5";

        Security.NoSniffing(httpContext.Response); // What was set before the fault is gone.

        // Written whatever the caller accepts: a caller that asked for a file is better off with a sentence than with nothing.
        await TypedResults.Problem(problem).ExecuteAsync(httpContext);
        return true;
    }

    private static string TooLarge(HttpContext context)
    {
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        var limit = endpoint?.Metadata.GetMetadata<BodyLimit>();
        return $"The body is larger than {(limit?.Bytes ?? Requests.LargestBody) >> 20} MiB, the most that is taken at once"
            + $"{(limit is null ? "" : $" ({limit.Setting})")}.";
    }

    private static ProblemDetails Describe(Exception exception, HttpContext context) => exception switch
    {
        UnavailableException away when !Security.IsKnown(context) => Problem(503, away.ForStrangers),
        FltsException known => Known(known),
        IOException io when FreeRoom.IsMissing(io) => Problem(503, "The disk that this process writes to is full: make room there."),
        BadHttpRequestException { InnerException: JsonException json } => Problem(400, NotJson(json)),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem(413, TooLarge(context)),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            Problem(408, "The body came too slowly (Requests:BytesPerSecond); send it again, in smaller parts over a slow line."),
        BadHttpRequestException bad when bad.Message.Contains("no body was provided", StringComparison.Ordinal) =>
            Problem(400, "The body is missing: send a JSON object."),
        BadHttpRequestException bad when Unbound().Match(bad.Message) is { Success: true } unbound =>
            Problem(400, $"'{NameOf(unbound)}' is '{unbound.Groups[3]}'; it must be {TypeName(unbound.Groups[1].Value)}."),
        BadHttpRequestException bad => Problem(bad.StatusCode, bad.Message),
        JsonException json => Problem(400, NotJson(json)),
        _ => Problem(500, "Something went wrong here; the log has it under the trace_id."),
    };

    /// <summary>EF wraps what it takes for transient.</summary>
    private static bool IsDatabase(Exception? exception) =>
        exception is DbException || (exception is not null && IsDatabase(exception.InnerException));

    private static string NotJson(JsonException json)
    {
        var place = json.LineNumber is { } line ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "";
        var member = json.Path is { Length: > 1 } path ? $" ({path})" : "";
        return $"The body is no valid JSON{place}{member}.";
    }

    /// <summary>How ASP.NET tells of a parameter that it could not read.</summary>
    [GeneratedRegex("""^Failed to bind parameter "(.+) (\w+)" from "(.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex Unbound();

    /// <summary>As callers write it: a parameter that stands in a record is told by the name of its property.</summary>
    private static string NameOf(Match unbound) => JsonNamingPolicy.SnakeCaseLower.ConvertName(unbound.Groups[2].Value);

    private static string TypeName(string type) =>
        type.Contains("int", StringComparison.Ordinal) || type.Contains("long", StringComparison.Ordinal) ? "a whole number"
        : type.Contains("bool", StringComparison.Ordinal) ? "true or false"
        : "a value of its kind";

    private static ProblemDetails Known(FltsException exception)
    {
        var problem = Problem(FaultStatus.Of(exception), exception.Message);
        foreach (var (name, value) in exception.Details)
            problem.Extensions[name] = Shown(value);

        return problem;
    }

    /// <summary>What is told of a request is told as shortly as its sentence.</summary>
    private static object? Shown(object? value) => value switch
    {
        string text => Sentence.Of(text),
        IEnumerable<string> texts => texts.Take(MostTold).Select(Sentence.Of).ToList(),
        _ => value,
    };

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = Sentence.Of(detail) };

    [LoggerMessage(Level = LogLevel.Error, Message = "{method} {path} failed")]
    private static partial void LogUnexpected(ILogger logger, string method, string path, Exception exception);
}
