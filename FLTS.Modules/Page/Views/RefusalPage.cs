using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>Why a page cannot be shown.</summary>
internal static class RefusalPage
{
    private const int NotFound = 404, NotPossible = 405, Unavailable = 503;

    public static Html Of(string sentence, int status) => Layout.Page(
        status switch { NotFound or NotPossible => "There is no such page", Unavailable => "Not now", _ => "This cannot be shown" },
        "",
        Html.Of($"<p class=\"sentence\"><bdi>{sentence}</bdi></p><p><a href=\"/ui/stations\">To the stations</a></p>"),
        status == Unavailable ? 2 : 0,
        status == Unavailable);
}
