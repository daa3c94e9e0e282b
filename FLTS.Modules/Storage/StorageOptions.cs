using System.ComponentModel.DataAnnotations;

namespace FLTS.Modules.Storage;

/// <summary>Section <c>Storage</c>.</summary>
internal sealed record StorageOptions : ICheckedTogether
{
    public const string Section = "Storage";

    /// <summary><c>folder</c> (default) or <c>s3</c>.</summary>
    [AllowedValues("folder", "s3")]
    public string Provider { get; init; } = "folder";

    /// <summary>Folder of the objects; default <c>objects</c> in the data folder.</summary>
    public string? Root { get; init; }

    /// <summary>Where the provider is <c>s3</c>.</summary>
    public S3Options S3 { get; init; } = new();

    public bool IsS3 => Provider == "s3";

    public void CheckTogether()
    {
        if (IsS3 && S3.Endpoint is { } endpoint && !Uri.TryCreate(endpoint, UriKind.Absolute, out _))
            throw new InvalidInputException($"Storage:S3:Endpoint is '{endpoint}'; it must be a URL such as http://seaweedfs:8333.");
        if (IsS3 && string.IsNullOrEmpty(S3.AccessKey) != string.IsNullOrEmpty(S3.SecretKey))
        {
            var (given, missing) = string.IsNullOrEmpty(S3.SecretKey) ? ("AccessKey", "SecretKey") : ("SecretKey", "AccessKey");
            throw new InvalidInputException(
                $"Storage:S3:{given} is set, but Storage:S3:{missing} is not; set both, or neither for the credentials of the machine.");
        }
    }
}

/// <summary>Section <c>Storage:S3</c>.</summary>
internal sealed record S3Options
{
    /// <summary>URL of an S3 server; null: AWS.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Null: the AWS SDK's own chain (environment, profile, instance role).</summary>
    public string? AccessKey { get; init; }

    /// <summary>Belongs to the access key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Default us-east-1, which other servers than AWS take for any.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Put before every bucket's name; S3 names must be unique on shared servers. Default: nothing.</summary>
    public string BucketPrefix { get; init; } = "";
}
