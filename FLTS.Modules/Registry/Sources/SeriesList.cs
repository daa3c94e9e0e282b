namespace FLTS.Modules.Registry.Sources;

/// <summary>A series of a dataset whose files hold several, as a dataset of its own.</summary>
/// <param name="Name">The dataset's name, a dot, and the value, with '-' for what no name may hold.</param>
/// <param name="Value">As the files have it.</param>
internal sealed record NamedSeries(DatasetName Name, string Value);

/// <summary>The series that the files of a dataset hold.</summary>
/// <param name="Named">In the order of their names.</param>
/// <param name="Nameless">Values that make no name, or the name of another value: there is no dataset of these.</param>
internal sealed record SeriesList(IReadOnlyList<NamedSeries> Named, IReadOnlyList<string> Nameless)
{
    private const int MostTold = 10;

    /// <summary>The names of the series, as a sentence lists them.</summary>
    public string Told => Listed([.. Named.Select(s => s.Name.Value)]);

    /// <summary>What is not offered, and why.</summary>
    public IEnumerable<string> Warnings => Nameless.Count == 0
        ? []
        :
        [
            $"{Nameless.Count} of the series make no name of a dataset of at most 64 letters, digits, '.', '_' and '-', or the name of "
            + $"another one, and are left out: {Listed(Nameless)}.",
        ];

    /// <summary>One of them, to look at what all have in common.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public NamedSeries First(string file) => Named.Count > 0
        ? Named[0]
        : throw new InvalidInputException($"{file}: there is no series in it. {string.Join(' ', Warnings)}".TrimEnd());

    /// <summary>Gives names to values.</summary>
    /// <param name="dataset">Whose files hold them.</param>
    /// <param name="values">Each once.</param>
    public static SeriesList Of(DatasetName dataset, IEnumerable<string> values)
    {
        // A value that is a name as it stands keeps it, whatever others would become.
        var (named, nameless) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());
        foreach (var sameName in values.GroupBy(v => $"{dataset}.{Spelled(v)}", StringComparer.Ordinal))
        {
            var keeps = sameName.FirstOrDefault(v => Spelled(v) == v) ?? (sameName.Count() == 1 ? sameName.First() : null);
            if (keeps is not null && DatasetNames.IsName(sameName.Key))
                named[sameName.Key] = keeps;
            nameless.AddRange(sameName.Where(v => !named.TryGetValue(sameName.Key, out var kept) || kept != v));
        }

        return new SeriesList(
            [.. named.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => new NamedSeries(new(n.Key), n.Value))],
            [.. nameless.Order(StringComparer.Ordinal)]);
    }

    private static string Spelled(string value) =>
        new([.. value.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]);

    private static string Listed(IReadOnlyList<string> items) =>
        string.Join(", ", items.Take(MostTold)) + (items.Count > MostTold ? $" and {items.Count - MostTold} more" : "");
}
