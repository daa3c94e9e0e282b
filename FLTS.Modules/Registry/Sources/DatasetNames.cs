using System.Text.RegularExpressions;

namespace FLTS.Modules.Registry.Sources;

/// <summary>What a dataset may be called. A name becomes part of file names and object keys.</summary>
internal static partial class DatasetNames
{
    /// <summary>Ends the name of a test file; no dataset's own name may end so.</summary>
    public const string TestSuffix = "_test";

    // Sources are kept as <sha256>.csv beside the files that people put there by name.
    public static bool IsName(string name) =>
        Pattern().IsMatch(name) && !name.EndsWith(TestSuffix, StringComparison.Ordinal) && !HashPattern().IsMatch(name);

    /// <exception cref="InvalidInputException">Not a name; says what would be one.</exception>
    public static void Check(DatasetName name)
    {
        if (!IsName(name.Value))
            throw new InvalidInputException(
                $"'{Shown(name.Value)}' is no dataset name: 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, not "
                + $"ending in '{TestSuffix}' and no SHA-256.");
    }

    private static string Shown(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashPattern();
}
