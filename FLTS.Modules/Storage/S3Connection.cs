using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FLTS.Modules.Storage;

/// <summary>
/// The client of an S3 server by the settings as they are now: credentials that come or change later are used without a restart.
/// </summary>
internal sealed partial class S3Connection : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ILogger<S3Connection> _logger;
    private readonly IDisposable? _watch;
    private volatile Current _current;

    public S3Connection(IOptionsMonitor<StorageOptions> settings, ILogger<S3Connection> logger)
    {
        _logger = logger;
        _current = new Current(settings.CurrentValue.S3, CreateClient(settings.CurrentValue.S3));
        _watch = settings.OnChange(Follow);
    }

    public AmazonS3Client Client => _current.Client;

    public S3Options Options => _current.Options;

    public void Dispose()
    {
        _watch?.Dispose();
        _current.Client.Dispose();
    }

    /// <summary>Called whenever any setting changed, by one thread or several.</summary>
    private void Follow(StorageOptions settings)
    {
        try
        {
            OptionsReading.Check(settings, StorageOptions.Section);
            lock (_gate)
            {
                if (settings.S3 == _current.Options)
                    return;

                // The client before is left to the garbage collector: requests may still be on their way with it.
                _current = new Current(settings.S3, CreateClient(settings.S3));
            }

            LogChanged(_logger, settings.S3.Endpoint ?? "AWS S3");
        }
        catch (Exception e) when (e is InvalidInputException or ArgumentException or AmazonClientException)
        {
            LogNotChanged(_logger, e.Message);
        }
    }

    private static AmazonS3Client CreateClient(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.Endpoint is not null,

            // Servers other than AWS know neither the SDK's default checksums nor its trailing ones.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 2,
            Timeout = TimeSpan.FromSeconds(100),
        };
        if (options.Endpoint is { } endpoint)
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint, options.Region);
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);

        return options.AccessKey is null
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey ?? ""), config);
    }

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Settings of the object store changed: {endpoint} is used with them from now on")]
    private static partial void LogChanged(ILogger logger, string endpoint);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Settings of the object store changed to what cannot work, so those before stay in use: {reason}")]
    private static partial void LogNotChanged(ILogger logger, string reason);

    private sealed record Current(S3Options Options, AmazonS3Client Client);
}
