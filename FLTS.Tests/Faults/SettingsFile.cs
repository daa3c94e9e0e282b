using System.Text.Json;

namespace FLTS.Tests.Faults;

/// <summary>
/// An <c>appsettings.NAME.json</c> beside the host, which reads it where <c>ASPNETCORE_ENVIRONMENT</c> is NAME and follows its changes:
/// how an operator gives a running process other credentials.
/// </summary>
internal sealed class SettingsFile : IDisposable
{
    private readonly string _path;

    public SettingsFile()
    {
        Environment = $"Fault{Guid.NewGuid():N}";
        _path = Path.Combine(Path.GetDirectoryName(FltsStart.ProductHost)!, $"appsettings.{Environment}.json");
    }

    /// <summary>Value of <c>ASPNETCORE_ENVIRONMENT</c>.</summary>
    public string Environment { get; }

    public void WriteCredentials(string accessKey, string secretKey) =>
        Write(new { Storage = new { S3 = new { AccessKey = accessKey, SecretKey = secretKey } } });

    /// <param name="settings">Sections as members.</param>
    public void Write(object settings) => File.WriteAllText(_path, JsonSerializer.Serialize(settings));

    public void Dispose() => File.Delete(_path);
}
