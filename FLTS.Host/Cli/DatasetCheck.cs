using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Modules.Datasets.Preview;

namespace FLTS.Host.Cli;

/// <summary><c>dataset check FILE</c>: what <c>POST /datasets/preview</c> answers, of the whole file and without a server.</summary>
internal static class DatasetCheck
{
    /// <summary>The file cannot be read as it is: something has to be answered, or put right.</summary>
    private const int Open = 2;

    private static readonly Argument<string> _file = new("FILE") { Description = "A CSV, or gzip of one." };

    private static readonly Option<string[]> _options = new("--option")
    {
        Description = "An option as name=value, such as --option timezone=Europe/Madrid; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> _json = new("--json") { Description = "The result as JSON." };

    private static readonly JsonSerializerOptions _written = Written();

    public static Command Create()
    {
        var check = new Command("check", "How a file would be read: times, step, zone, columns, what is left out and why.")
        {
            _file,
            _options,
            _json,
        };
        check.SetAction(parsed =>
        {
            var found = LocalPreview.Of(parsed.GetValue(_file)!, parsed.GetValue(_options)!.Select(Named));
            if (parsed.GetValue(_json))
                Console.WriteLine(JsonSerializer.Serialize(found, _written));
            else
                foreach (var line in Lines(found))
                    Console.WriteLine(line);
            return found.IsReadable ? 0 : Open;
        });
        return check;
    }

    private static (string Name, string Text) Named(string option) =>
        option.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? (option[..at], option[(at + 1)..])
            : throw new InvalidInputException($"--option {option}: it must be of the form name=value.");

    private static IEnumerable<string> Lines(FilePreview found)
    {
        yield return found.File;
        if (found.Times is { } times)
        {
            yield return Line("times", $"{times.Column} ({times.Form}), {times.Timezone ?? "no zone"}");
            yield return Line("", string.Create(
                CultureInfo.InvariantCulture,
                $"{times.Rows} rows from {times.First:yyyy-MM-dd HH:mm:ss} to {times.Last:yyyy-MM-dd HH:mm:ss}, step {times.Step} "
                + $"({times.RegularShare:0.#%} regular)"));
        }

        foreach (var (i, column) in found.Columns.Index())
            yield return Line(
                i == 0 ? "columns" : "",
                $"{column.Name}: {column.Kind.ToString().ToLowerInvariant()} ({string.Join(" | ", column.Sample)})");
        foreach (var (label, texts) in new (string, IReadOnlyList<string>)[]
        {
            ("series", found.Series), ("left out", found.LeftOut), ("warnings", found.Warnings),
            ("refused", found.Refused is { } refused ? [refused] : []),
        })
        {
            foreach (var (i, text) in texts.Index())
                yield return Line(i == 0 ? label : "", text);
        }

        foreach (var question in found.Questions)
        {
            yield return Line("to answer", question.Question);
            foreach (var choice in question.Choices)
                yield return Line("", $"--option {question.Option}={Text(choice)}");
        }
    }

    private static string Text(JsonNode choice) => choice switch
    {
        JsonArray list => string.Join(" ", list.Select(n => n!.ToString())),
        _ => choice is JsonValue value && value.TryGetValue<string>(out var text) ? text : choice.ToJsonString(_written),
    };

    private static string Line(string label, string text) => $"  {label,-10}{Sentence.Of(text)}";

    private static JsonSerializerOptions Written()
    {
        var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        Json.Configure(options);
        return options;
    }
}
