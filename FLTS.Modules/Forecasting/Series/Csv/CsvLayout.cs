using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>What the header line says: separator, names, which field is the time and which are read.</summary>
internal sealed class CsvLayout
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    private const int MostShown = 20;

    private const char Joined = '+';

    private static readonly string[] _timestampNames = ["time", "ts", "ds"];
    private static readonly string[] _likelyNames = [.. _timestampNames, "timestamp", "datetime", "date"];
    private static readonly string[] _taken = ["ts", "timestamp", "segment"];
    private static readonly string[] _takenEnds = ["#observed", "#truth", "#unclipped"];

    public required byte Separator { get; init; }

    /// <summary>All column names in order, the timestamp's among them; one without a name is called after its place.</summary>
    public required string[] Names { get; init; }

    /// <summary>[field] The header leaves its name empty, or it is pandas' name for an index.</summary>
    public required bool[] IsNameless { get; init; }

    /// <summary>Fields that a row has at least: nameless ones at the end may be left out.</summary>
    public required int LeastFields { get; init; }

    /// <summary>Field with the time, or with its day.</summary>
    public required int TimestampField { get; init; }

    /// <summary>Field with the time of day, where that stands apart; else -1.</summary>
    public int TimeOfDayField { get; private init; } = -1;

    /// <summary>Names of these.</summary>
    public IReadOnlyList<string> TimeNames =>
        TimeOfDayField < 0 ? [Names[TimestampField]] : [Names[TimestampField], Names[TimeOfDayField]];

    /// <summary>What the times are called: their column, or <c>day+time</c>.</summary>
    public string TimestampName => string.Join(Joined, TimeNames);

    /// <summary>Field that says whose row it is; -1: all rows are read.</summary>
    public int SeriesField { get; private init; } = -1;

    /// <summary>What that field must hold.</summary>
    public byte[] SeriesValue { get; private init; } = [];

    /// <summary>[field] Position among the columns that are read, or -1.</summary>
    public required int[] ColumnOfField { get; init; }

    /// <summary>Names of the columns that are read, in file order.</summary>
    public required string[] Columns { get; init; }

    /// <summary>Names of the file but the timestamp's and those that are no measured columns by order of the options.</summary>
    public required string[] Header { get; init; }

    public required CellReader Cells { get; init; }

    /// <summary>How the times are written, where that is stated.</summary>
    public TimeFormat? TimeFormat { get; private init; }

    /// <summary>Separator and names of a header line, as they stand there.</summary>
    /// <exception cref="InvalidInputException">A quoted name is not closed.</exception>
    public static (byte Separator, IReadOnlyList<string> Names) HeaderOf(ReadOnlySpan<byte> line, string file)
    {
        var separator = ChooseSeparator(line);
        return (separator, [.. Split(line, separator, file).Select(name => name.Trim())]);
    }

    /// <exception cref="InvalidInputException">No usable header.</exception>
    public static CsvLayout Parse(ReadOnlySpan<byte> line, string file, CsvReadOptions options)
    {
        RefuseOtherThanText(line, file);
        var reading = options.Reading;
        var separator = ChooseSeparator(line);
        var names = Split(line, separator, file);
        if (names.Count > options.MaxColumns)
            throw new InvalidInputException($"{file}: the header has {names.Count} columns; at most {options.MaxColumns} are allowed.");

        var isNameless = new bool[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            names[i] = names[i].Trim();
            if (names[i].Any(char.IsControl))
                throw new InvalidInputException(
                    $"{file}: the name of column {i + 1}, '{Short(names[i])}', holds a control character; write names as plain text.");
            isNameless[i] = names[i].Length == 0 || names[i] == $"Unnamed: {i}";
            if (names[i].Length == 0)
                names[i] = $"column_{i + 1}";
            if (names.IndexOf(names[i]) is var earlier && earlier < i)
                throw new InvalidInputException(
                    $"{file}: the header names column '{Short(names[i])}' twice (columns {earlier + 1} and {i + 1}); names must differ.");
        }

        var (timestamp, ofDay) = FindTimestamp(names, file, options.TimestampColumn);
        RequireThere(options.Columns, "be a target or input");
        RequireThere(reading.Exclude, "be left out");
        RequireThere(reading.SeriesColumn is { } of ? [of] : null, "tell series apart");

        var columnOfField = new int[names.Count];
        var (columns, header) = (new List<string>(), new List<string>());
        for (var f = 0; f < names.Count; f++)
        {
            columnOfField[f] = -1;
            if (f == timestamp || f == ofDay || reading.Exclude.Contains(names[f]) || names[f] == reading.SeriesColumn)
                continue;
            header.Add(names[f]);
            if (options.Columns is not null && !options.Columns.Contains(names[f]))
                continue;
            if (!options.AnyNames)
                RefuseTaken(names[f], file);
            columnOfField[f] = columns.Count;
            columns.Add(names[f]);
        }

        if (columns.Count == 0)
            throw new InvalidInputException(
                $"{file}: there is no column beside the times in '{names[timestamp]}'; at least one numeric column is needed.");
        return new CsvLayout
        {
            Separator = separator,
            Names = [.. names],
            IsNameless = isNameless,
            LeastFields = Math.Max(Math.Max(timestamp, ofDay), Array.LastIndexOf(isNameless, false)) + 1,
            TimestampField = timestamp,
            TimeOfDayField = ofDay,
            SeriesField = reading is { SeriesColumn: { } column, SeriesValue: not null } ? names.IndexOf(column) : -1,
            SeriesValue = Encoding.UTF8.GetBytes(reading.SeriesValue ?? ""),
            ColumnOfField = columnOfField,
            Columns = [.. columns],
            Header = [.. header],
            Cells = new CellReader(reading),
            TimeFormat = TimeFormat.Of(reading.TimeFormat),
        };

        void RequireThere(IReadOnlyList<string>? listed, string use)
        {
            foreach (var name in listed ?? [])
            {
                if (name == names[timestamp] || (ofDay >= 0 && name == names[ofDay]))
                    throw new InvalidInputException($"{file}: column '{name}' holds the times and cannot {use}.");
                if (!names.Contains(name))
                    throw new InvalidInputException($"{file}: there is no column '{name}'; the file has {Shown(names)}.");
            }
        }
    }

    private static void RefuseOtherThanText(ReadOnlySpan<byte> line, string file)
    {
        if (!Utf8.IsValid(line))
            throw new InvalidInputException($"{file}: the header is not valid UTF-8; save the file as UTF-8 text.");
        if (line.Contains((byte)0))
            throw new InvalidInputException($"{file}: the header holds NUL bytes: this is no text; save the file as UTF-8 text.");
        if (line.Contains((byte)'\r'))
            throw new InvalidInputException($"{file}: lines end with a carriage return alone; end them with LF or CRLF.");
    }

    /// <summary>A forecast would hold two values of that name, or a file two columns.</summary>
    private static void RefuseTaken(string name, string file)
    {
        var isTaken = _taken.Contains(name) || name.StartsWith('#') || Array.Exists(_takenEnds, end => name.EndsWith(end, Ordinal));
        if (isTaken)
            throw new InvalidInputException(
                $"{file}: a measured column is called '{Short(name)}', a name that forecasts and files made of the data use themselves "
                + $"({string.Join(", ", _taken)}, and what begins with '#' or ends with {string.Join(", ", _takenEnds)}): rename it, for "
                + $"example to '{Short(name.Replace('#', '_'))}{(name.Contains('#', Ordinal) ? "" : "_value")}', or leave it out with "
                + "exclude.")
            {
                Details = { ["file"] = file, ["column"] = name },
                Needed = new OptionNeeded("exclude", new JsonArray(name)),
            };
    }

    private static (int Field, int OfDay) FindTimestamp(List<string> names, string file, string? wanted)
    {
        if (wanted is not null)
            return Wanted(names, wanted)
                ?? throw new InvalidInputException($"{file}: there is no timestamp column '{wanted}'; the file has {Shown(names)}.");
        foreach (var name in _timestampNames)
        {
            if (names.IndexOf(name) is var i and >= 0)
                return (i, -1);
        }

        foreach (var name in _likelyNames)
        {
            if (names.FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is var i and >= 0)
                return (i, -1);
        }

        throw new InvalidInputException(
            $"{file}: there is no timestamp column; name one time, ts or ds, or set timestamp_column. The file has {Shown(names)}.")
        {
            Needed = new OptionNeeded("timestamp_column", [.. names.Take(MostShown)]),
        };
    }

    /// <summary>A column, or a day and a time of day that stand in two.</summary>
    private static (int Field, int OfDay)? Wanted(List<string> names, string wanted)
    {
        if (names.IndexOf(wanted) is var i and >= 0)
            return (i, -1);
        return wanted.Split(Joined) is [var day, var ofDay] && names.Contains(day) && names.Contains(ofDay)
            ? (names.IndexOf(day), names.IndexOf(ofDay))
            : null;
    }

    private static string Shown(List<string> names) =>
        string.Join(", ", names.Take(MostShown).Select(Short)) + (names.Count > MostShown ? $" and {names.Count - MostShown} more" : "");

    /// <summary>A name of a megabyte would be a message of a megabyte.</summary>
    private static string Short(string name) => name.Length <= 80 ? name : $"{name[..80]}...";

    private static byte ChooseSeparator(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> candidates = ",;\t"u8;
        Span<int> counts = stackalloc int[candidates.Length];
        var quoted = false;
        foreach (var b in line)
        {
            if (b == '"')
                quoted = !quoted;
            else if (!quoted && candidates.IndexOf(b) is var i and >= 0)
                counts[i]++;
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best])
                best = i;
        }

        return candidates[best];
    }

    private static List<string> Split(ReadOnlySpan<byte> line, byte separator, string file)
    {
        var names = new List<string>();
        while (true)
        {
            var taken = CsvField.Next(line, separator, out var field, out var rest);
            if (!taken)
                throw new InvalidInputException($"{file}: row 1, column {names.Count + 1}: a quoted name is not closed on its line.");
            names.Add(Encoding.UTF8.GetString(field));
            if (rest < 0)
                return names;
            line = line[rest..];
        }
    }
}
