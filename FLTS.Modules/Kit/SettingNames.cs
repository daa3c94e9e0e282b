using Microsoft.Extensions.Configuration;

namespace FLTS.Modules.Kit;

/// <summary>A setting that nobody reads is refused at start: it is a misspelt one, and what was meant would be missed.</summary>
public static class SettingNames
{
    /// <summary>Letters by which a name may differ from one that was meant.</summary>
    private const int MostLetters = 3;

    /// <param name="section">Its keys are looked at, not what is below them.</param>
    /// <param name="known">Names that are read.</param>
    /// <exception cref="InvalidInputException">The first name that is none of them, with the nearest one.</exception>
    public static void RefuseOthers(IConfigurationSection section, params IReadOnlyCollection<string> known)
    {
        foreach (var key in section.GetChildren().Select(c => c.Key))
        {
            if (known.Contains(key, StringComparer.OrdinalIgnoreCase))
                continue;

            var near = known.MinBy(name => Distance(key, name));
            var meant = near is not null && Distance(key, near) <= MostLetters ? $" Did you mean {section.Path}:{near}?" : "";
            throw new InvalidInputException(
                $"There is no setting {section.Path}:{key}.{meant} Settings there are {string.Join(", ", known)}.");
        }
    }

    /// <summary>Letters to insert, leave out or replace.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            (var diagonal, row[0]) = (row[0], i);
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1));
            }
        }

        return row[^1];
    }
}
