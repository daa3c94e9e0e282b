using System.Text.Json.Nodes;
using FLTS.Forecasting.Compute;
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
    private static readonly string[] _missing = ["", "-", "?", "na", "nan", "n/a", "null", "none"];

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
        var outcome = Answered(Try(given, () => given, _file.Head), _file.Head);
        if (_file.Whole is { } whole && outcome.Refused is null)
            outcome = Answered(Try(outcome.Options, () => outcome.Options, whole), whole);
        var head = Lines(outcome.Options);
        return new FilePreview(
            _file.Name,
            _file.Bytes,
            _file.IsHead,
            outcome.Refused is null && _questions.Count == 0,
            outcome.Refused?.Message,
            Times(outcome, head),
            [.. head.Names.Select((name, i) => new ColumnPreview(name, Kind(i, head, outcome), head.Sample(i)))],
            outcome.Series,
            outcome.Table?.LeftOut ?? [],
            [.. outcome.Table?.Warnings.Except(outcome.Table.LeftOut) ?? [], .. outcome.Frame?.Report.Warnings ?? []],
            _questions,
            outcome.Options.ToJson());
    }

    /// <summary>Asks until the file can be read or nothing that could be asked leads on.</summary>
    private Outcome Answered(Outcome outcome, Func<Stream> file)
    {
        while (outcome.Refused is { } refused && _questions.Count < MostQuestions && outcome.Needed is { } needed)
        {
            var choices = Suggestions.Of(needed, Lines(outcome.Options), outcome.Table);
            var options = outcome.Options;
            var tried = choices.Select(c => (Choice: c, Outcome: Try(options, () => With(options, needed.Option, c), file)))
                .Where(t => IsFurther(t.Outcome, outcome, t.Choice is JsonArray))
                .ToList();
            if (tried.Exists(t => t.Outcome.Refused is null))
                tried.RemoveAll(t => t.Outcome.Refused is not null);
            if (tried.Count == 0)
            {
                _questions.Add(new PreviewQuestion(needed.Option, choices, refused.Message));
                break;
            }

            outcome = tried[0].Outcome;
            Ask(needed.Option, tried[0].Choice is JsonArray, [.. tried.Select(t => t.Choice)], refused.Message, outcome.Options);
        }

        return outcome;
    }

    /// <summary>Asks; an option that is a list, and that a file needs more than once, is asked for once, with all that it needs.</summary>
    private void Ask(string option, bool isList, IReadOnlyList<JsonNode> choices, string question, SourceOptions answered)
    {
        var asked = _questions.FindIndex(q => q.Option == option);
        if (asked < 0)
            _questions.Add(new PreviewQuestion(option, isList ? [answered.ToJson()[option]!.DeepClone()] : choices, question));
        else
            _questions[asked] = _questions[asked] with { Choices = [answered.ToJson()[option]!.DeepClone()] };
    }

    /// <summary>Whether it can be read, or something else is open now; another word of a list is something else.</summary>
    private static bool IsFurther(Outcome outcome, Outcome before, bool isList) =>
        outcome.Refused is not { } refused
        || (outcome.Needed is { } needed
            && (needed.Option != before.Needed!.Option || (isList && refused.Message != before.Refused!.Message)));

    /// <summary>Options with a choice; a list is made longer by it.</summary>
    private static SourceOptions With(SourceOptions options, string name, JsonNode choice)
    {
        var known = options.ToJson()[name] is JsonArray list ? list : [];
        return options.With(new JsonObject
        {
            [name] = choice is JsonArray more ? new JsonArray([.. known.Concat(more).Select(n => n!.DeepClone())]) : choice.DeepClone(),
        });
    }

    /// <param name="options">In use where those tried are none.</param>
    /// <param name="trying">Makes those tried.</param>
    /// <param name="file">From its beginning.</param>
    private Outcome Try(SourceOptions options, Func<SourceOptions> trying, Func<Stream> file)
    {
        (IReadOnlyList<string> series, RawTable? table) = ([], null);
        try
        {
            options = trying();
            var form = options;
            if (options.HoldSeries)
            {
                using var values = file();
                series = CsvSeries.Values(values, _file.Name, SourceSeries.Most, options.Read(_limits), _cancellation);
                form = options.Of(series.Count > 0 ? series[0] : "");
            }

            using var rows = file();
            table = CsvTableReader.Read(rows, _file.Name, form.Read(_limits), null, new Parallelism(1, _cancellation));
            var frame = SeriesFrame.From(table, SeriesFrame.DefaultMaxGapSteps);
            if (Suggestions.ForTimes(table, isRefused: false) is { } needed)
                throw new InvalidInputException(
                    $"{_file.Name}: many rows have the time of another row. If the file holds several series, name the column that tells "
                    + "them apart as series_column.")
                {
                    Needed = needed,
                };
            return new Outcome(options, table, frame, series, null);
        }
        catch (InvalidInputException e)
        {
            return new Outcome(options, table, null, series, e);
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
        var first = string.Join(' ', head.TimeFields(table.TimestampColumn).Select(f => head.Rows.Count > 0 ? head.Rows[0][f] : ""));
        return new TimesPreview(
            table.TimestampColumn,
            config.Reading.TimeFormat ?? TimeForm.Of(first, table.Timestamps[0]),
            config.Timezone,
            frame.Step.Local(frame.Timestamps[0]),
            frame.Step.Local(frame.Timestamps[^1]),
            frame.Step.ToString(),
            frame.Report.RegularShare,
            table.Rows);
    }

    private static ColumnKind Kind(int field, HeadLines head, Outcome outcome)
    {
        var (name, reading) = (head.Names[field], outcome.Options.Config.Reading);
        return head.TimeFields(outcome.Table?.TimestampColumn).Contains(field) ? ColumnKind.Time
            : name == reading.SeriesColumn ? ColumnKind.Series
            : reading.Exclude.Contains(name) ? ColumnKind.Excluded
            : outcome.Table?.Columns.Contains(name) == true ? ColumnKind.Numeric
            : head.Rows.All(r => _missing.Contains(r[field].Trim().ToLowerInvariant())) ? ColumnKind.Empty
            : name == $"column_{field + 1}" || name.StartsWith("Unnamed: ", StringComparison.Ordinal) ? ColumnKind.Index
            : ColumnKind.Text;
    }

    private sealed record Outcome(
        SourceOptions Options, RawTable? Table, SeriesFrame? Frame, IReadOnlyList<string> Series, InvalidInputException? Refused)
    {
        /// <summary>What would lead on.</summary>
        public OptionNeeded? Needed => Refused is null ? null : Refused.Needed ?? Suggestions.ForTimes(Table, isRefused: true);
    }
}
