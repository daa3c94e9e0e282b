using System.IO.Compression;
using System.Text;
using FLTS.Modules.Page.Markup;
using Microsoft.AspNetCore.Http;

namespace FLTS.Modules.Page;

/// <summary>
/// A page as it is sent: nothing may be loaded, sent or framed but by this server, and no script or style stands in markup.
/// </summary>
internal sealed record HtmlAnswer(Html Page, int Status = StatusCodes.Status200OK) : IResult
{
    /// <summary>The policy of every page.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Whether who asks is a browser that was led here; programs take what they are given.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var isZipped = PageAssets.TakesZipped(httpContext.Request);
        var bytes = isZipped ? Zip(Page.ToString()) : Encoding.UTF8.GetBytes(Page.ToString());
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = bytes.Length;
        if (isZipped)
            response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private, no-cache";
        response.Headers["Referrer-Policy"] = "same-origin";
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }

    /// <summary>Tables are the same words again and again: a tenth of the bytes, in a millisecond. No page holds a secret.</summary>
    private static byte[] Zip(string page)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(page));
        return zipped.ToArray();
    }
}
