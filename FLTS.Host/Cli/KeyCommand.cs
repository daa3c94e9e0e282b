using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Host.Hosting;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary><c>key</c>: API keys of a server that runs, and links that sign a browser in.</summary>
internal static partial class KeyCommand
{
    private const int PageOf = 500;

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private static readonly Option<string?> _url =
        new("--url") { Description = "The server (default where this machine's settings say, else http://127.0.0.1:8080)." };
    private static readonly Option<string?> _key =
        new("--key") { Description = "A key of the role admin (default the admin key of this machine's settings or data folder)." };
    private static readonly Option<string?> _data = new("--data") { Description = "The server's data folder (default ./data)." };
    private static readonly Option<bool> _json = new("--json") { Description = "The result as JSON." };

    private static readonly Option<string> _role = new("--role")
    {
        Description = "read, predict, train, promote or admin, or several with commas between them.",
        Required = true,
    };

    private static readonly Option<string?> _name = new("--name") { Description = "What people call it (default its role)." };
    private static readonly Option<string?> _expires = new("--expires")
    {
        Description = "From when it counts no more: 12h, 90d, or a time such as 2027-01-31T00:00:00Z (default: it is revoked by hand).",
    };

    private static readonly Argument<string> _id = new("ID") { Description = "As 'key list' tells it." };

    public static Command Create() => new("key", "API keys of a server that runs.")
    {
        Part("create", "Makes a key and prints it: this is the only time that it is told.", CreateAsync, _role, _name, _expires),
        Part("list", "Keys, newest first, with those that have ended.", ListAsync),
        Part("revoke", "Takes a key back; its sessions end with it.", RevokeAsync, _id),
        Part("link", "Prints a link that signs a browser in once, within two minutes.", LinkAsync),
    };

    /// <summary>Seconds, hours or days from now, or a time.</summary>
    /// <exception cref="InvalidInputException">Neither.</exception>
    internal static DateTimeOffset ExpiryOf(string text, DateTimeOffset now)
    {
        if (Span().Match(text) is { Success: true } span
            && int.TryParse(span.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var count))
            return span.Groups[2].Value == "h" ? now.AddHours(count) : now.AddDays(count);

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new InvalidInputException($"--expires is '{text}'; it must be such as 12h, 90d or 2027-01-31T00:00:00Z.");
    }

    private static Command Part(
        string name, string description, Func<ParseResult, ApiClient, CancellationToken, Task> act, params Symbol[] more)
    {
        var command = new Command(name, description) { _url, _key, _data, _json };
        foreach (var symbol in more)
        {
            if (symbol is Option option)
                command.Add(option);
            else
                command.Add((Argument)symbol);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            if (parsed.GetValue(_data) is { } data)
                settings["Data:Directory"] = data;
            var configuration = Server.Begin(settings).Configuration;
            var url = parsed.GetValue(_url) ?? configuration["urls"]?.Split(';')[0] ?? "http://127.0.0.1:8080";
            using var api = new ApiClient(url, parsed.GetValue(_key) ?? AdminKey.Find(configuration));
            try
            {
                await act(parsed, api, cancellation);
                return 0;
            }
            catch (HttpRequestException e)
            {
                throw new InvalidInputException(
                    $"No server answers at {url} ({CommandLine.OneLine(e)}): start it, or name it with --url.", e);
            }
        });
        return command;
    }

    private static async Task CreateAsync(ParseResult parsed, ApiClient api, CancellationToken cancellation)
    {
        var body = new JsonObject { ["role"] = parsed.GetValue(_role), ["name"] = parsed.GetValue(_name) };
        if (parsed.GetValue(_expires) is { } expires)
            body["expires"] = ExpiryOf(expires, TimeProvider.System.GetUtcNow());

        var made = await api.PostAsync("/keys", body, cancellation);
        Write(parsed, made, () =>
        {
            Console.WriteLine($"Key '{made["name"]}' ({made["id"]}), role {made["role"]}, {Until(made)}. It is told this once:");
            Console.WriteLine(made["key"]);
        });
    }

    private static async Task ListAsync(ParseResult parsed, ApiClient api, CancellationToken cancellation)
    {
        var items = new JsonArray();
        string? next = null;
        do
        {
            var page = await api.GetAsync(
                $"/keys?limit={PageOf}{(next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}")}", cancellation);
            foreach (var item in page["items"]!.AsArray())
                items.Add(item!.DeepClone());
            next = page["next"]?.GetValue<string>();
        }
        while (next is not null);

        Write(parsed, items, () =>
        {
            var table = new Table().AddColumns("id", "name", "role", "state", "made", "used", "until");
            foreach (var key in items.Select(i => i!.AsObject()))
            {
                string[] cells =
                [
                    Text(key, "id"), Text(key, "name"), Text(key, "role"), Text(key, "state"), Time(key, "created_at"),
                    Time(key, "used_at"), Time(key, key["revoked_at"] is null ? "expires_at" : "revoked_at"),
                ];
                table.AddRow([.. cells.Select(c => c.EscapeMarkup())]);
            }

            new Screen(isOutputForPrograms: false).Rich.Write(table);
        });
    }

    private static async Task RevokeAsync(ParseResult parsed, ApiClient api, CancellationToken cancellation)
    {
        var id = parsed.GetValue(_id)!;
        await api.DeleteAsync($"/keys/{Uri.EscapeDataString(id)}", cancellation);
        Write(parsed, new JsonObject { ["id"] = id, ["state"] = "revoked" }, () => Console.WriteLine($"Key {id} counts no more."));
    }

    private static async Task LinkAsync(ParseResult parsed, ApiClient api, CancellationToken cancellation)
    {
        var link = await LinkOfAsync(api, cancellation);
        Write(parsed, new JsonObject { ["link"] = link }, () => Console.WriteLine(link));
    }

    /// <summary>A link to the page that signs in who opens it first.</summary>
    internal static async Task<string> LinkOfAsync(ApiClient api, CancellationToken cancellation)
    {
        var link = await api.PostAsync("/keys/link", [], cancellation);
        return new Uri(api.Address, link["path"]!.GetValue<string>()).AbsoluteUri;
    }

    private static string Until(JsonObject key) => Time(key, "expires_at") is { Length: > 0 } end ? $"until {end}" : "until it is revoked";

    private static string Text(JsonObject key, string member) => key[member]?.ToString() ?? "";

    /// <summary>To the minute, in UTC.</summary>
    private static string Time(JsonObject key, string member) =>
        key[member]?.GetValue<DateTimeOffset>().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "";

    private static void Write(ParseResult parsed, JsonNode result, Action forPeople)
    {
        if (parsed.GetValue(_json))
            Console.WriteLine(result.ToJsonString(_indented));
        else
            forPeople();
    }

    [GeneratedRegex("^([0-9]{1,5})(h|d)$")]
    private static partial Regex Span();
}
