using System.Data.Common;
using System.Reflection;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace FLTS.Host.Hosting;

/// <summary>Where settings come from beside the usual places, and what a start says of those in force.</summary>
internal static partial class SettingsInForce
{
    /// <summary>Environment variable with a folder of files, each named like an environment variable and holding its value.</summary>
    public const string FilesVariable = "FLTS_SECRETS";

    /// <summary>What is put in a secret's place.</summary>
    private const string Cut = "***";

    private static readonly string[] _secrets = ["Password", "SecretKey", "AccessKey", "AdminKey"];

    private static readonly string[] _passwordKeys = ["Password", "Pwd", "SSL Password"];

    /// <summary>
    /// Settings by files, as container engines and orchestrators mount secrets (<c>Database__Password</c>): stronger than
    /// appsettings.json, weaker than the environment and the command line, and read again when a file changes.
    /// </summary>
    /// <exception cref="InvalidInputException">The folder is not there.</exception>
    public static void AddSecretFiles(this ConfigurationManager configuration)
    {
        if (Environment.GetEnvironmentVariable(FilesVariable) is not { Length: > 0 } folder)
            return;
        if (!Directory.Exists(folder))
            throw new InvalidInputException($"{FilesVariable} is {folder}; there is no such folder.");

        var source = new Microsoft.Extensions.Configuration.KeyPerFile.KeyPerFileConfigurationSource
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(folder)),
            ReloadOnChange = true,
        };
        var sources = ((IConfigurationBuilder)configuration).Sources;
        sources.Insert(sources.IndexOf(sources.OfType<JsonConfigurationSource>().Last()) + 1, source);
    }

    /// <summary>One line with version and every setting that says something, secrets cut.</summary>
    public static void LogSettings(this WebApplication app) =>
        LogStart(app.Logger, Version, string.Join(", ", Of(app.Configuration).Select(s => $"{s.Key}={s.Value}")));

    /// <summary>Of this build, with the commit where it is known.</summary>
    public static string Version { get; } =
        typeof(SettingsInForce).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Settings with a value, of all sections, in the sections' order; secrets cut.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Of(IConfiguration configuration) =>
        from section in HostSettings.Sections
        from setting in configuration.GetSection(section).AsEnumerable()
        where setting.Value is { Length: > 0 }
        orderby HostSettings.Sections.ToList().IndexOf(section), setting.Key
        select KeyValuePair.Create(setting.Key, Shown(setting.Key, setting.Value));

    private static string Shown(string key, string value)
    {
        var name = key[(key.LastIndexOf(':') + 1)..];
        return _secrets.Contains(name, StringComparer.OrdinalIgnoreCase) ? Cut
            : name.Equals("ConnectionString", StringComparison.OrdinalIgnoreCase) ? WithoutPassword(value)
            : Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
                ? new UriBuilder(uri) { UserName = uri.UserInfo.Split(':')[0], Password = Cut }.ToString()
            : value;
    }

    private static string WithoutPassword(string connection)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            foreach (var key in _passwordKeys.Where(parts.ContainsKey))
                parts[key] = Cut;
            return parts.ConnectionString;
        }
        catch (ArgumentException)
        {
            return Cut; // Nobody can say which part of it is the password.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "FLTS {version} starts with {settings}")]
    private static partial void LogStart(ILogger logger, string version, string settings);
}
