using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Kit;

/// <summary>Forms of an answer that a caller may accept.</summary>
internal static class AnswerFormat
{
    public const string Csv = "text/csv";

    public const string Json = "application/json";

    /// <summary>The one that a caller accepts.</summary>
    public static string Of(StringValues accept) => IsCsv(accept) ? Csv : Json;

    /// <summary>Whether a caller would rather have CSV; whoever says nothing gets JSON.</summary>
    /// <param name="accept">The header.</param>
    public static bool IsCsv(StringValues accept)
    {
        if (!accept.ToString().Contains(Csv, StringComparison.OrdinalIgnoreCase))
            return false;
        return MediaTypeHeaderValue.TryParseList(accept, out var types) && QualityOf(types, Csv) > QualityOf(types, Json);
    }

    /// <summary>0: not named.</summary>
    private static double QualityOf(IEnumerable<MediaTypeHeaderValue> types, string type) =>
        types.Where(t => t.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(t => t.Quality ?? 1).DefaultIfEmpty(0).Max();
}
