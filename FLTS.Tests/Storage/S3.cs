using FLTS.Modules.Storage;
using FLTS.Tests.TestKit.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

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

    /// <summary>With settings that do not change.</summary>
    public static S3ObjectStore Store(S3Options options) =>
        new(new S3Connection(new Fixed(new StorageOptions { Provider = "s3", S3 = options }), NullLogger<S3Connection>.Instance));

    private sealed class Fixed(StorageOptions options) : IOptionsMonitor<StorageOptions>
    {
        public StorageOptions CurrentValue => options;

        public StorageOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<StorageOptions, string?> listener) => null;
    }
}
