namespace FLTS.Modules.Inference.Windows;

/// <summary>Tells a name that was mistyped from one that means something else.</summary>
internal static class NearName
{
    /// <summary>A letter in so many may be wrong, left out or too many.</summary>
    private const int LettersAFault = 3;

    /// <summary>The known name that was meant; null: none.</summary>
    /// <param name="name">Not known.</param>
    /// <param name="known">In lower case; '_' and '-' count as nothing.</param>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length > 64)
            return null;
        var bare = Bare(name);
        return known.FirstOrDefault(k => Distance(bare, Bare(k)) is var faults && faults <= Bare(k).Length / LettersAFault);
    }

    private static string Bare(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Levenshtein's: letters to put in, take out or change.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
