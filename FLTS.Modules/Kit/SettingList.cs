using Microsoft.Extensions.Configuration;

namespace FLTS.Modules.Kit;

/// <summary>
/// A list among the settings. .NET lays lists over each other entry by entry: who names one entry would get the others of a weaker source
/// with it. Here the strongest source that names the list has named all of it.
/// </summary>
public static class SettingList
{
    /// <summary>The entries in their order.</summary>
    /// <param name="configuration">All settings, or what they were built from.</param>
    /// <param name="path">Of the list.</param>
    public static IReadOnlyList<IConfigurationSection> Entries(IConfiguration configuration, string path)
    {
        var entries = configuration.GetSection(path).GetChildren();
        if (configuration is IConfigurationRoot root
            && root.Providers.Reverse().Select(p => p.GetChildKeys([], path)).FirstOrDefault(k => k.Any()) is { } named)
        {
            var own = named.ToHashSet(StringComparer.OrdinalIgnoreCase);
            entries = entries.Where(e => own.Contains(e.Key));
        }

        return [.. entries];
    }

    /// <summary>Entries that are text.</summary>
    /// <exception cref="InvalidInputException">A text stands where the list should: .NET would read it as no entry at all.</exception>
    public static IReadOnlyList<string> Texts(IConfiguration configuration, string path) => configuration[path] is not { Length: > 0 } text
        ? [.. Entries(configuration, path).Select(e => e.Value).OfType<string>()]
        : throw new InvalidInputException(
            $"{path} is '{text}', but it is a list: name its entries as {path}:0={text} (as an environment variable "
            + $"{path.Replace(":", "__", StringComparison.Ordinal)}__0).");
}
