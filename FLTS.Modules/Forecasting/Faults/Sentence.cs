using System.Text;

namespace FLTS.Forecasting.Faults;

/// <summary>
/// Text for people that may hold what somebody sent: any database, log and terminal can take it, and it is not megabytes.
/// </summary>
internal static class Sentence
{
    /// <summary>Characters of the longest sentence; one that is longer is cut, and says so by its end.</summary>
    public const int Longest = 4000;

    private const string Cut = "...";
    private const char FirstPicture = '\u2400';
    private const char PictureOfDelete = '\u2421';
    private const char NoCharacter = '\uFFFD';

    /// <summary>The text as it can be shown and kept: what no one can see becomes its picture (U+2400 for NUL), half a character U+FFFD.
    /// </summary>
    public static string Of(string text)
    {
        if (text.Length <= Longest && !text.Any(NeedsCare))
            return text;

        var shown = new StringBuilder(Math.Min(text.Length, Longest) + Cut.Length);
        var i = 0;
        while (i < text.Length && shown.Length < Longest)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                shown.Append(text, i, 2);
                i += 2;
                continue;
            }

            shown.Append(Visible(text[i++]));
        }

        return i == text.Length ? shown.ToString() : shown.Append(Cut).ToString();
    }

    /// <summary>A control character that no text needs: any but tabs and ends of lines.</summary>
    public static bool IsHidden(char c) => char.IsControl(c) && c is not ('\t' or '\n' or '\r');

    private static bool NeedsCare(char c) => char.IsSurrogate(c) || Visible(c) != c;

    private static char Visible(char c) => c switch
    {
        _ when char.IsSurrogate(c) => NoCharacter,
        _ when !IsHidden(c) => c,
        < ' ' => (char)(FirstPicture + c),
        '\u007F' => PictureOfDelete,
        _ => NoCharacter,
    };
}
