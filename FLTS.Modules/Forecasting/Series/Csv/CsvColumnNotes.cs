using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>What was met in the columns of a file beside plain numbers, and the sentences about it. C columns.</summary>
internal sealed partial class CsvColumnNotes(CsvLayout layout, string file)
{
    private readonly (long Row, string Shown)?[] _text = new (long, string)?[layout.Columns.Length];
    private readonly (long Row, string Shown)?[] _tooLarge = new (long, string)?[layout.Columns.Length];
    private readonly (long Row, string Shown)?[] _comma = new (long, string)?[layout.Columns.Length];
    private readonly bool[] _isDecimalComma = new bool[layout.Columns.Length];

    /// <summary>[C] Cells that are no numbers.</summary>
    public long[] Texts { get; } = new long[layout.Columns.Length];

    /// <summary>[C] Numbers that are not whole and have no point: a decimal comma, or an exponent alone.</summary>
    public long[] Commas { get; } = new long[layout.Columns.Length];

    /// <summary>Takes note of a block.</summary>
    /// <param name="block">The next one.</param>
    /// <param name="row">Of its first line.</param>
    public void Add(CsvBlock block, long row)
    {
        for (var c = 0; c < Texts.Length; c++)
        {
            _text[c] ??= At(block.Text[c]);
            _tooLarge[c] ??= At(block.TooLarge[c]);
            _comma[c] ??= At(block.Comma[c]);
            _isDecimalComma[c] |= block.IsDecimalComma[c];
            Texts[c] += block.Texts[c];
            Commas[c] += block.Commas[c];
        }

        (long, string)? At(CellFault? cell) => cell is { } fault ? (row + fault.Line, fault.Shown) : null;
    }

    /// <summary>Whether some number of a column has a decimal comma.</summary>
    public bool HasCommas(int c) => _comma[c] is not null;

    /// <summary>What to say of a column that is left out because most of it is text.</summary>
    public string LeftOut(int c) => $"{file}: column '{layout.Columns[c]}' is left out: row {_text[c]!.Value.Row} holds "
        + $"'{_text[c]!.Value.Shown}', which is no number.";

    /// <exception cref="InvalidInputException">A column that is to be read holds something else than numbers.</exception>
    public void RefuseText(int c)
    {
        if (_text[c] is { } text && (_tooLarge[c] is not { } earlier || text.Row < earlier.Row))
        {
            var (advice, needed) = Advice(text.Shown);
            throw Fault(text.Row, c, $"'{text.Shown}' is no number; {advice}", needed);
        }

        if (_tooLarge[c] is { } large)
            throw Fault(
                large.Row,
                c,
                $"'{large.Shown}' is infinite or beyond {CsvBlock.Largest:0e+0}; leave the cell empty where there is no value");
    }

    /// <summary>A column must be written in one way, and in one that has one meaning.</summary>
    /// <param name="c">A column that is read, with decimal commas.</param>
    /// <param name="fractions">Numbers of the column that are not whole.</param>
    /// <exception cref="InvalidInputException">It is not.</exception>
    public void RefuseUnclearCommas(int c, long fractions)
    {
        var (row, shown) = _comma[c]!.Value;
        if (fractions > Commas[c])
            throw Fault(
                row,
                c,
                $"'{shown}' has a comma, other numbers of the column have a decimal point; set thousands to ',' if it stands between "
                + "thousands, else write all numbers of the column alike",
                new OptionNeeded("thousands", ","));
        if (!_isDecimalComma[c] && layout.Separator != ';')
            throw Fault(
                row,
                c,
                $"the comma in '{shown}' may stand before decimals or between thousands; set decimal to ',' or thousands to ','",
                new OptionNeeded("decimal", ",", "."));
    }

    /// <summary>Where others have decimal commas, a point before three digits may stand between thousands.</summary>
    /// <exception cref="InvalidInputException">All points of the column may.</exception>
    public void RefuseUnclearPoints(int c, double example) =>
        throw new InvalidInputException(FormattableString.Invariant(
            $"{file}: column '{layout.Columns[c]}': the point in numbers such as {example:0.000} may stand before decimals or between ")
            + $"thousands, as column '{layout.Columns[Array.FindIndex(_comma, comma => comma is not null)]}' has decimal commas; set "
            + "decimal to ',' and thousands to '.', or write all numbers of the file alike.")
        {
            Details = { ["file"] = file, ["column"] = layout.Columns[c] },
            Needed = new OptionNeeded("thousands", "."),
        };

    private static (string Sentence, OptionNeeded? Needed) Advice(string shown)
    {
        if (Thousands().Match(shown) is { Success: true } match)
        {
            var mark = match.Groups["mark"].Value;
            return ($"set thousands to '{mark}' if that stands between thousands", new OptionNeeded("thousands", mark));
        }

        return shown.EndsWith("...", StringComparison.Ordinal)
            ? ("leave the column out with exclude, or correct the cell", null)
            : (
                "add it to missing_words if it stands for a missing value, leave the column out with exclude, or correct the cell",
                new OptionNeeded("missing_words", new JsonArray(shown)));
    }

    private InvalidInputException Fault(long row, int c, string message, OptionNeeded? needed = null) =>
        new($"{file}: row {row}, column '{layout.Columns[c]}': {message}.")
        {
            Details = { ["file"] = file, ["row"] = row, ["column"] = layout.Columns[c] },
            Needed = needed,
        };

    [GeneratedRegex(@"^[+-]?\d{1,3}(?<mark>[., '])\d{3}(\k<mark>\d{3})*([.,]\d*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Thousands();
}
