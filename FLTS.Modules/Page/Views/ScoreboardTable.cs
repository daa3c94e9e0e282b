using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;

namespace FLTS.Modules.Page.Views;

/// <summary>A scoreboard, band by band.</summary>
internal static class ScoreboardTable
{
    private const int OverallNumbers = 4;

    public static Html Of(Board board) => Html.Of($"""
        <h2>Scoreboard</h2>
        <p class="quiet-text">On the same cells of the test part. Decides: the error beside that of NAIVE, which repeats the last value (1
        is as good, less is better). {Decided(board)} The steps ahead have their own errors, as shares of each column's range; lower is
        better, but for R². Slanted: too few forecasts to decide on. The references are simple forecasts, to be beaten.</p>
        <div class="scroll" tabindex="0"><table class="list dense">
        <thead><tr><th class="number">Rank</th><th>Model</th><th>As</th><th class="number">Decides</th><th class="number">Rmse</th>
        <th class="number">Mae</th><th class="number">R²</th>
        {board.Bands.Select(b => Html.Of($"<th class=\"number\">Steps {Span(b.From, b.To)}</th>"))}</tr></thead>
        <tbody>{Ordered(board).Select(e => Line(e, board))}</tbody></table></div>
        {Originals(board)}
        """);

    // References first: what has to be beaten.
    private static IEnumerable<BoardLine> Ordered(Board board) =>
        board.Entries.OrderBy(e => e.Kind == "reference" ? 0 : 1).ThenBy(e => e.Decisive ?? double.MaxValue);

    private static string Decided(Board board) => board.DecidedBands is { Count: > 0 } bands
        ? $"Decided on steps ahead {string.Join(", ", bands)}."
        : "";

    private static string Span(int from, int to) => from == to ? $"{from}" : $"{from}–{to}";

    private static Html Line(BoardLine line, Board board) => Html.Of($"""
        <tr class="{line.Kind}"><td class="number">{(line.Rank is { } rank ? $"{rank}" : "")}</td>
        <th scope="row">{line.ModelType}</th><td>{line.Kind}</td>
        {(line.NotApplicable is { } why
            ? Html.Of($"<td class=\"waiting\" colspan=\"{OverallNumbers + board.Bands.Count}\"><bdi>{why}</bdi></td>")
            : Numbers(line, board))}</tr>
        """);

    private static Html Numbers(BoardLine line, Board board) => Html.Of($"""
        <td class="number">{Shown.Number(line.Decisive)}</td><td class="number">{Shown.Number(line.Rmse)}</td>
        <td class="number">{Shown.Number(line.Mae)}</td><td class="number">{Shown.Number(line.R2)}</td>
        {board.Bands.Select(b => Band(line.Bands?.FirstOrDefault(o => (o.From, o.To) == b)))}
        """);

    private static Html Band(BoardBand? band) => Html.Of($"""
        <td class="number{(band is { Indicative: true } ? " indicative" : "")}">{Shown.Number(band?.Score)}</td>
        """);

    /// <summary>What people can picture: errors in the columns' own units.</summary>
    private static Html Originals(Board board)
    {
        var lines = Ordered(board).Where(e => e.PerTarget?.Values.Any(t => t.Original?.Rmse is not null) == true).ToList();
        var targets = lines.SelectMany(l => l.PerTarget!.Keys).Distinct().ToList();
        return lines.Count == 0 ? Html.None : Html.Of($"""
            <details><summary>Root mean squared error of each column, in its own unit</summary>
            <div class="scroll" tabindex="0"><table class="list">
            <thead><tr><th>Model</th>{targets.Select(t => Html.Of($"<th class=\"number\">{Shown.Name(t)}</th>"))}</tr></thead>
            <tbody>{lines.Select(l => Html.Of($"""
            <tr><th scope="row">{l.ModelType}</th>{targets.Select(t =>
                Html.Of($"<td class=\"number\">{Shown.Number(l.PerTarget!.GetValueOrDefault(t)?.Original?.Rmse)}</td>"))}</tr>
            """))}</tbody></table></div></details>
            """);
    }
}
