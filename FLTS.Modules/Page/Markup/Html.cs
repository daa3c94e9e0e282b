namespace FLTS.Modules.Page.Markup;

/// <summary>Markup that is safe to send: made only by <see cref="Of"/>, which escapes whatever is not markup itself.</summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html None => default;

    /// <summary>What stands in the braces of the string is text, unless it is markup.</summary>
    public static Html Of(HtmlWriter written) => new(written.Markup);

    public override string ToString() => _markup ?? "";
}
