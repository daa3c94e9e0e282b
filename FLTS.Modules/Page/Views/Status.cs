using System.Text.Json;
using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>States as people read them, each with its colour.</summary>
internal static class Status
{
    /// <summary>As the API writes it, with spaces.</summary>
    public static string Word<T>(T status)
        where T : struct, Enum => Shown.Words(JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()));

    public static Html Badge(string word) => Badge(word, Tone(word));

    public static Html Badge(string word, string tone) => Html.Of($"""<span class="badge {tone}">{word}</span>""");

    private static string Tone(string word) => word switch
    {
        "promoted" or "succeeded" or "done" => "good",
        "failed" or "blocked" or "invalid" or "implausible" => "bad",
        "below baseline" or "superseded" or "kept champion" => "warn",
        "cancelled" or "waiting" or "queued" or "pruned" => "quiet",
        _ => "busy",
    };
}
