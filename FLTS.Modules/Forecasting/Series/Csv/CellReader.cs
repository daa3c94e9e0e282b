using System.Text;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Cells of measured columns in files and requests: numbers, words for a missing one, true, false (FORECASTING.md 1).</summary>
internal sealed class CellReader
{
    /// <summary>What stands between thousands where files say ' ': no-break spaces too.</summary>
    private static readonly byte[][] _spaces = [[(byte)' '], [0xC2, 0xA0], [0xE2, 0x80, 0xAF]];

    private static readonly byte[][] _missing =
        [.. new[] { "nan", "na", "n/a", "null", "none", "#n/a", "<na>", "-", "?" }.Select(Encoding.ASCII.GetBytes)];

    private readonly byte[][] _words;
    private readonly double[] _numbers;
    private readonly byte _thousands;

    public CellReader(ReadingOptions options)
    {
        _words = [.. options.MissingWords.Select(word => Encoding.UTF8.GetBytes(word.Trim()))];
        _thousands = (byte)(options.Thousands ?? '\0');
        Mark = (byte)(options.Decimal ?? options.Thousands switch { '.' => ',', ',' => '.', _ => '\0' });
        var numbers = new List<double>();
        foreach (var word in _words)
        {
            if (Number(word, out var number) != CellKind.Text)
                numbers.Add(number);
        }

        _numbers = [.. numbers];
    }

    /// <summary>What stands before the decimals; 0: a point or a comma.</summary>
    public byte Mark { get; }

    /// <summary>Whether some number stands for a missing one.</summary>
    public bool HasMissingNumbers => _numbers.Length > 0;

    /// <summary>Whether a number stands for a missing one (-999).</summary>
    public bool IsMissing(double number) => Array.IndexOf(_numbers, number) >= 0;

    /// <summary>Reads one cell.</summary>
    /// <param name="cell">Without quotes.</param>
    /// <param name="value">The number; NaN where there is none.</param>
    public CellKind Read(ReadOnlySpan<byte> cell, out double value)
    {
        cell = cell.Trim(" \t"u8);
        var kind = Number(cell, out value);
        if (kind != CellKind.Text && IsMissing(value))
            kind = CellKind.Missing;
        else if (kind == CellKind.Text && IsMissing(cell))
            kind = CellKind.Missing;
        else if (kind == CellKind.Text && IsFlag(cell, out value))
            kind = CellKind.Number;
        else if (kind == CellKind.Text && IsInfinity(cell))
            kind = CellKind.TooLarge;
        if (kind is not (CellKind.Number or CellKind.CommaNumber))
            value = double.NaN;
        return kind;
    }

    private CellKind Number(ReadOnlySpan<byte> cell, out double value)
    {
        if (_thousands != 0 && cell.Length <= NumberParser.LongestText)
        {
            Span<byte> joined = stackalloc byte[cell.Length];
            if (TryJoin(cell, joined, out var length))
                return Joined(joined[..length], out value);
        }

        return Joined(cell, out value);
    }

    private CellKind Joined(ReadOnlySpan<byte> cell, out double value)
    {
        var kind = CellKind.Text;
        if (Mark != ',' && NumberParser.TryParse(cell, (byte)'.', out value))
            kind = CellKind.Number;
        else if (Mark != '.' && NumberParser.TryParse(cell, (byte)',', out value))
            kind = cell.Contains((byte)',') ? CellKind.CommaNumber : CellKind.Number;
        else
            value = double.NaN;
        return kind != CellKind.Text && Math.Abs(value) > CsvBlock.Largest ? CellKind.TooLarge : kind;
    }

    /// <summary>A number without the marks between its thousands; false where they do not stand before every third digit.</summary>
    private bool TryJoin(ReadOnlySpan<byte> cell, Span<byte> joined, out int length)
    {
        length = 0;
        var (group, groups) = (0, 0);
        while (!cell.IsEmpty && cell[0] != Mark && (Mark != 0 || cell[0] is not ((byte)'.' or (byte)',')))
        {
            if (Between(cell) is var between and > 0)
            {
                if (group is 0 or > 3 || (groups > 0 && group != 3))
                    return false;
                (group, groups) = (0, groups + 1);
                cell = cell[between..];
                continue;
            }

            group += char.IsAsciiDigit((char)cell[0]) ? 1 : 0;
            joined[length++] = cell[0];
            cell = cell[1..];
        }

        cell.CopyTo(joined[length..]);
        length += cell.Length;
        return groups > 0 && group == 3;
    }

    private int Between(ReadOnlySpan<byte> cell)
    {
        if (_thousands != ' ')
            return cell[0] == _thousands ? 1 : 0;
        foreach (var space in _spaces)
        {
            if (cell.StartsWith(space))
                return space.Length;
        }

        return 0;
    }

    private bool IsMissing(ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
            return true;
        foreach (var word in _missing)
        {
            if (Ascii.EqualsIgnoreCase(cell, word))
                return true;
        }

        foreach (var word in _words)
        {
            if (cell.SequenceEqual(word) || Ascii.EqualsIgnoreCase(cell, word))
                return true;
        }

        return false;
    }

    private static bool IsFlag(ReadOnlySpan<byte> cell, out double value)
    {
        value = Ascii.EqualsIgnoreCase(cell, "true"u8) ? 1 : 0;
        return value == 1 || Ascii.EqualsIgnoreCase(cell, "false"u8);
    }

    private static bool IsInfinity(ReadOnlySpan<byte> cell)
    {
        cell = cell.Trim(" +-"u8);
        return Ascii.EqualsIgnoreCase(cell, "inf"u8) || Ascii.EqualsIgnoreCase(cell, "infinity"u8);
    }
}
