using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>
/// Reads a file as a pipeline would. Where that refuses it, options are tried: what leads on is asked, and the likeliest answer assumed.
/// </summary>
internal sealed class FilePreviewer
{
    private const int MostQuestions = 8;
    private const int Samples = 5;

    private readonly PreviewFile _file;
    private readonly DatasetOptions _limits;
    private readonly CancellationToken _cancellation;
    private readonly List<PreviewQuestion> _questions = [];

    private FilePreviewer(PreviewFile file, DatasetOptions limits, CancellationToken cancellation) =>
        (_file, _limits, _cancellation) = (file, limits, cancellation);

    /// <summary>Looks at a file.</summary>
    /// <param name="file">Whole, or its beginning.</param>
    /// <param name="given">Options that are known already.</param>
    /// <param name="limits">Of section Datasets.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">An option is none. What is wrong with the file is no fault but the answer.</exception>
    public static FilePreview Look(PreviewFile file, JsonObject given, DatasetOptions limits, CancellationToken cancellation) =>
        new FilePreviewer(file, limits, cancellation).Look(SourceOptions.Parse(given));

    private FilePreview Look(SourceOptions given)
    {
        // What is asked is found on the head; the whole file may ask more.
        var outcome = Answered(Try(given, _file.Head), _file.Head);
        if (_file.Whole is { } whole && outcome.Refused is null)
            outcome = Answered(Try(outcome.Options, whole), whole);
        var head = Lines(outcome.Options);
        return new FilePreview(
            _file.Name,
            _file.Bytes,
            _file.IsHead,
            outcome.Refused is null && _questions.Count == 0,
            outcome.Refused?.Message,
            Times(outcome, head),
            [.. head.Names.Select((name, i) => Column(name, [.. head.Rows.Select(r => r[i])], outcome))],
            outcome.Series,
            outcome.Table?.LeftOut ?? [],
            [.. outcome.Table?.Warnings ?? [], .. outcome.Frame?.Report.Warnings ?? []],
            _questions,
            outcome.Options.ToJson());
    }

    /// <summary>Asks until the file can be read or nothing that could be asked leads on.</summary>
    private Outcome Answered(Outcome outcome, Func<Stream> file)
    {
        while (outcome.Refused is { } refused && _questions.Count < MostQuestions && refused.Needed is { } needed)
        {
            var tried = needed.Choices.Select(c => (Choice: c, Outcome: Try(With(outcome.Options, needed.Option, c), file)))
                .Where(t => IsFurther(t.Outcome, refused))
                .OrderBy(t => t.Outcome.Refused is not null)
                .ToList();
            _questions.Add(new PreviewQuestion(
                needed.Option, tried.Count > 0 ? [.. tried.Select(t => t.Choice)] : needed.Choices, refused.Message));
            if (tried.Count == 0)
                break;
            outcome = tried[0].Outcome;
        }

        return outcome;
    }

    private static bool IsFurther(Outcome outcome, InvalidInputException before) =>
        outcome.Refused is not { } refused || (refused.Needed is { } needed && needed.Option != before.Needed!.Option);

    /// <summary>Options with a choice; a list is made longer by it.</summary>
    private static SourceOptions With(SourceOptions options, string name, JsonNode choice)
    {
        var known = options.ToJson()[name] is JsonArray list ? list : [];
        return options.With(new JsonObject
        {
            [name] = choice is JsonArray more ? new JsonArray([.. known.Concat(more).Select(n => n!.DeepClone())]) : choice.DeepClone(),
        });
    }

    private Outcome Try(SourceOptions options, Func<Stream> file)
    {
        IReadOnlyList<string> series = [];
        try
        {
            var form = options;
            if (options.HoldSeries)
            {
                using var values = file();
                series = CsvSeries.Values(
                    values, _file.Name, options.Config.Reading.SeriesColumn!, SourceSeries.Most, options.Read(_limits), _cancellation);
                form = options.Of(series.Count > 0 ? series[0] : "");
            }

            using var rows = file();
            var table = CsvTableReader.Read(rows, _file.Name, form.Read(_limits), null, _cancellation);
            return new Outcome(options, table, SeriesFrame.From(table, SeriesFrame.DefaultMaxGapSteps), series, null);
        }
        catch (InvalidInputException e)
        {
            return new Outcome(options, null, null, series, e);
        }
    }

    private HeadLines Lines(SourceOptions options)
    {
        try
        {
            using var head = _file.Head();
            return HeadLines.Of(head, _file.Name, options.Config.Reading.SkipRows);
        }
        catch (InvalidInputException)
        {
            return HeadLines.None; // It is refused for what it is, and that is told.
        }
    }

    private static TimesPreview? Times(Outcome outcome, HeadLines head)
    {
        if (outcome is not { Table: { } table, Frame: { } frame, Options: { Config: var config } })
            return null;
        var at = head.Names.ToList().IndexOf(table.TimestampColumn);
        var first = at < 0 || head.Rows.Count == 0 ? "" : head.Rows[0][at];
        return new TimesPreview(
            table.TimestampColumn,
            config.Reading.TimeFormat ?? TimeForm.Of(first, table.Timestamps[0]),
            config.Timezone,
            frame.Timestamps[0],
            frame.Timestamps[^1],
            frame.Step.ToString(),
            frame.Report.RegularShare,
            table.Rows);
    }

    private static ColumnPreview Column(string name, IReadOnlyList<string> cells, Outcome outcome)
    {
        var reading = outcome.Options.Config.Reading;
        var kind = name == outcome.Table?.TimestampColumn ? ColumnKind.Time
            : name == reading.SeriesColumn ? ColumnKind.Series
            : reading.Exclude.Contains(name) ? ColumnKind.Excluded
            : outcome.Table?.Columns.Contains(name) == true ? ColumnKind.Numeric
            : cells.All(c => c.Trim().Length == 0) ? ColumnKind.Empty
            : ColumnKind.Text;
        return new ColumnPreview(name, kind, [.. cells.Take(Samples)]);
    }

    private sealed record Outcome(
        SourceOptions Options, RawTable? Table, SeriesFrame? Frame, IReadOnlyList<string> Series, InvalidInputException? Refused);
}
