using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Page;

/// <summary>Style, scripts and the chart library, out of this assembly; compressed once, told apart by their hash.</summary>
internal sealed class PageAssets
{
    private const string Prefix = "page/";

    private static readonly Dictionary<string, string> _types = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly FrozenDictionary<string, Lazy<Asset>> _assets = typeof(PageAssets).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(n => n[Prefix.Length..], n => new Lazy<Asset>(() => Asset.Read(n)));

    /// <summary>Names of all.</summary>
    public IReadOnlyList<string> Names => _assets.Keys;

    /// <exception cref="NotFoundException">No such file.</exception>
    public Task SendAsync(HttpContext context, string name)
    {
        if (!_assets.TryGetValue(name, out var found))
            throw new NotFoundException($"The page has no file '{new string([.. name.Take(80).Where(c => !char.IsControl(c))])}'.");

        var (asset, headers) = (found.Value, context.Response.Headers);
        headers.ETag = asset.Tag;
        headers.CacheControl = "no-cache"; // Asked for again, and answered 304: a new version of the product is seen at once.
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        if (EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known) && known.Any(t => t.Tag == asset.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var isZipped = TakesZipped(context.Request);
        if (isZipped)
            headers.ContentEncoding = "gzip";
        context.Response.ContentType = _types[Path.GetExtension(name)];
        var bytes = isZipped ? asset.Zipped : asset.Plain;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>Whether who asks can read what is packed.</summary>
    public static bool TakesZipped(HttpRequest request) =>
        request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);

    private sealed record Asset(byte[] Plain, byte[] Zipped, string Tag)
    {
        public static Asset Read(string resource)
        {
            using var plain = new MemoryStream();
            using (var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(resource)!)
                stream.CopyTo(plain);
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(plain.GetBuffer(), 0, (int)plain.Length);
            return new Asset(
                plain.ToArray(), zipped.ToArray(), $"\"{Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))[..16]}\"");
        }
    }
}
