using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace FLTS.Tests.Page;

/// <summary>
/// axe-core over a page, as Deque.AxeCore.Commons carries it. (Deque's own call for Playwright opens a second page for every result, which
/// takes six times as long as the look itself; these pages have no frames to sum over.)
/// </summary>
internal static class Axe
{
    private static readonly string _script = new BundledAxeScriptProvider().GetScript();

    /// <summary>What axe calls serious or critical, a line each with the elements it was found at.</summary>
    public static Task<string[]> SeriousAsync(IPage page) => SeriousAsync(page, null);

    /// <summary>As above, of a page whose markup is the same and was looked at: what comes of its width and colours.</summary>
    public static Task<string[]> SeriousOfLooksAsync(IPage page) =>
        SeriousAsync(page, ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]);

    private static async Task<string[]> SeriousAsync(IPage page, string[]? rules)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync(_script);
        // What passes is not listed: that takes as long as to look.
        return await page.EvaluateAsync<string[]>(
            """
            async rules => (await axe.run(document, { resultTypes: ['violations'], ...(rules && { runOnly: rules }) })).violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`)
            """,
            rules);
    }
}
