using System.Globalization;
using System.Text.RegularExpressions;

namespace FLTS.Modules.Page.Markup;

/// <summary>How names, numbers and times are shown.</summary>
internal static partial class Shown
{
    private const int IdLength = 8, RunIdLength = 32;

    /// <summary>
    /// A name that people or files gave: by itself, so that marks of direction inside it turn round nothing beside it.
    /// </summary>
    public static Html Name(string name) => Html.Of($"<bdi class=\"name\">{name}</bdi>");

    /// <summary>A link to the page of something by its name.</summary>
    public static Html Link(string part, string name) => Html.Of($"""<a href="/ui/{part}/{Uri.EscapeDataString(name)}">{Name(name)}</a>""");

    /// <summary>The beginning of an id, the whole of it when pointed at.</summary>
    public static Html Id(string id) => Html.Of($"<code title=\"{id}\">{(id.Length > IdLength ? id[..IdLength] : id)}</code>");

    /// <summary>Of a run, by its end: ids of runs begin with the time, and those of a pipeline with the same.</summary>
    public static Html Run(RunId id) => Html.Of($"<code title=\"{id.Value}\">{Short(id)}</code>");

    /// <summary>What tells a run from others in a list.</summary>
    public static string Short(RunId id) => id.Value.Length > IdLength ? id.Value[^IdLength..] : id.Value;

    /// <summary>A sentence of the API with the ids in it as short as elsewhere on the page.</summary>
    public static string Sentence(string text) => LongIds().Replace(
        text, m => m.Value.Length > RunIdLength ? m.Value[..IdLength] : m.Value[^IdLength..]);

    /// <summary>A number to four digits; its element has all of them, as the API tells it.</summary>
    public static Html Number(double? value) => value is { } number
        ? Html.Of($"<data value=\"{number.ToString("R", CultureInfo.InvariantCulture)}\">{Digits(number)}</data>")
        : Html.Of($"<span class=\"none\">–</span>");

    /// <summary>A share as percent, with its sign.</summary>
    public static Html Percent(double? share)
    {
        if (share is not { } number || !double.IsFinite(number))
            return Number(null);

        var tone = number switch { < 0 => "bad", > 0 => "good", _ => "same" };
        return Html.Of($"""<span class="{tone}">{number.ToString("+0.0 %;−0.0 %;0.0 %", CultureInfo.InvariantCulture)}</span>""");
    }

    /// <summary>A change as percent, with its sign and without saying whether it is good.</summary>
    public static string Change(double share) =>
        double.IsFinite(share) ? share.ToString("+0.0 %;−0.0 %;±0 %", CultureInfo.InvariantCulture) : "";

    /// <summary>A share as whole percent, without a sign; its element has all digits.</summary>
    public static Html Share(double? share) => share is { } number && double.IsFinite(number)
        ? Html.Of($"""
            <data value="{number.ToString("R", CultureInfo.InvariantCulture)}">{(100 * number).ToString(
                "0", CultureInfo.InvariantCulture)} %</data>
            """)
        : Number(null);

    /// <summary>A moment; the page's script turns it into the reader's own time.</summary>
    public static Html Time(DateTimeOffset? moment) => moment is { } at
        ? Html.Of($"""
            <time datetime="{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}">{Utc(at)}</time>
            """)
        : Html.Of($"<span class=\"none\">–</span>");

    /// <summary>How long ago it was, as of when the page was made.</summary>
    public static Html Age(DateTimeOffset? moment, DateTimeOffset now) => moment is { } at
        ? Html.Of($"""<span title="{Utc(at)}">{Span(now - at)} ago</span>""")
        : Html.Of($"<span class=\"none\">–</span>");

    /// <summary>A duration in its largest unit.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => $"{Math.Max(0, (int)span.TotalSeconds)} s",
        { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalDays} days",
    };

    /// <summary>A word of the API as people write it: <c>kept_champion</c> is "kept champion".</summary>
    public static string Words(string word) => word.Replace('_', ' ');

    public static string Size(long? bytes) => bytes switch
    {
        null => "–",
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB"),
    };

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b", RegexOptions.CultureInvariant)]
    private static partial Regex LongIds();

    private static string Digits(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-4 => value.ToString("0.000e+0", CultureInfo.InvariantCulture),
        >= 1000 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00000", CultureInfo.InvariantCulture),
    };
}
