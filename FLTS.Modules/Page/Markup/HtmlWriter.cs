using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace FLTS.Modules.Page.Markup;

/// <summary>
/// Writes an interpolated string as markup: its literal parts as they are, the rest escaped for elements and quoted attributes. There is
/// no way to write an object as it happens to show itself: what is not listed here does not compile.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlWriter(int literalLength, int formattedCount)
{
    private const int UsualLength = 16;

    private readonly StringBuilder _text = new(literalLength + (formattedCount * UsualLength));

    public string Markup => _text.ToString();

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(Html html) => _text.Append(html.ToString());

    public void AppendFormatted(IEnumerable<Html> parts) => _text.AppendJoin("", parts);

    public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted(long number) => _text.Append(number.ToString(CultureInfo.InvariantCulture));
}
