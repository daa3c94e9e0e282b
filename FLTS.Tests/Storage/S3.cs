using FLTS.Modules.Storage;
using FLTS.Tests.TestKit.Servers;

namespace FLTS.Tests.Storage;

/// <summary>The shared S3 server, with buckets of one's own.</summary>
internal static class S3
{
    public static async Task<S3Options> OptionsAsync()
    {
        var server = await TestServers.Ceph();
        return new S3Options
        {
            Endpoint = server.Endpoint,
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            BucketPrefix = $"t{Guid.NewGuid().ToString("N")[..12]}-",
        };
    }
}
