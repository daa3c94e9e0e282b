using FLTS.Modules.Page.Markup;

namespace FLTS.Modules.Page.Views;

/// <summary>Where a browser is led that is not signed in; a link that signs in once leads here too.</summary>
internal static class SignInPage
{
    public static Html Of() => Layout.Page("Sign in", "", Html.Of($"""
        <form id="sign-in">
        <p>A key is exchanged for a session once; the page does not keep it. The session ends when you sign out, with its key, after
        12 hours without use, and after 7 days.</p>
        <label>Key <input type="password" autocomplete="current-password" spellcheck="false" required></label>
        <p class="buttons"><button>Sign in</button></p>
        <output role="status"></output>
        </form>
        <p class="quiet-text">Without a key at hand: <code>./flts key link</code>, where the server runs, prints a link that signs a browser
        in once.</p>
        """));
}
