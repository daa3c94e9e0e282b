using System.CommandLine;
using System.Text.Json;
using FLTS.Host.Hosting;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary><c>doctor</c>: what is missing, and what to do about it.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string?> _urls =
        new("--urls") { Description = "Address the server would listen on (default http://127.0.0.1:8080)." };
    private static readonly Option<string?> _data = new("--data") { Description = "Data folder (default ./data)." };
    private static readonly Option<string[]> _set = new("--set") { Description = "A setting, Section:Key=Value; may be repeated." };
    private static readonly Option<bool> _json = new("--json") { Description = "Findings as JSON." };

    private static readonly JsonSerializerOptions _snakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var command =
            new Command("doctor", "Checks SDK, native runtime, database, object store, bus, port and key.") { _urls, _data, _set, _json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = await ExamineAsync(parsed, cancellation);
            if (parsed.GetValue(_json))
                Console.WriteLine(JsonSerializer.Serialize(findings, _snakeCase));
            else
                Write(findings);

            return findings.All(f => f.Ok) ? 0 : 1;
        });
        return command;
    }

    private static async Task<List<Finding>> ExamineAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var findings = new List<Finding> { new("dotnet", true, $".NET {Environment.Version}", null), NativeRuntime.Examine(), Fonts() };
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetValue(_data) is { } data)
            settings["Data:Directory"] = data;
        CommandLine.AddSettings(settings, parsed.GetValue(_set) ?? []);
        var url = parsed.GetValue(_urls) ?? "http://127.0.0.1:8080";
        settings["urls"] = url;
        try
        {
            await using var app = Server.Build(settings, jsonToConsole: false);
            findings.Add(
                new Finding("settings", true, $"data folder {app.Services.GetRequiredService<HostSettings>().DataDirectory}", null));
            foreach (var part in app.Services.GetServices<IPart>())
                findings.Add(await ProveAsync(part, cancellation));

            var key = app.Services.GetRequiredService<AdminKey>();
            findings.Add(new Finding("key", true, key.File ?? "from Security:AdminKey", null));
        }
        catch (ConflictException e)
        {
            findings.Add(new Finding("data_folder", false, e.Message, "A server that runs tells its own state: GET /readyz."));
        }
        catch (FltsException e)
        {
            findings.Add(new Finding("settings", false, e.Message, "Correct what the sentence names."));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var what = $"{e.GetType().Name}: {CommandLine.OneLine(e)}";
            findings.Add(new Finding("settings", false, what, "Correct what the sentence names."));
        }

        findings.Add(Port(url));
        return findings;
    }

    private static async Task<Finding> ProveAsync(IPart part, CancellationToken cancellation)
    {
        try
        {
            // Looking must not migrate a database that others use; the other parts prove themselves by
            // writing, reading and deleting a probe.
            var proof = part.Name is "database" or "jobs" ? part.CheckAsync(cancellation) : part.ProveAsync(cancellation);
            await proof.WaitAsync(TimeSpan.FromSeconds(15), cancellation);
            return new Finding(part.Name, true, "answers", null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Finding(part.Name, false, StartupGate.Reason(e), part.Name switch
            {
                "database" or "jobs" => "Check Database:Provider, ConnectionString, Username and Password, and that the server runs.",
                "object_store" => "Check the section Storage (endpoint, keys) and that the folder or server can be written to.",
                "data_folder" => "Make room there, or choose another folder with --data.",
                _ => "Check Bus:Transport and Bus:RabbitMq:Uri, and that the broker runs.",
            });
        }
    }

    private static Finding Port(string url)
    {
        try
        {
            var uri = new Uri(url);
            using var listener = new System.Net.Sockets.TcpListener(
                System.Net.IPAddress.TryParse(uri.Host, out var address) ? address : System.Net.IPAddress.Loopback, uri.Port);
            listener.Start();
            return new Finding("port", true, $"{uri.Port} is free", null);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or UriFormatException)
        {
            return new Finding("port", false, $"{url}: {e.Message}", "Stop what listens there, or choose another address with --urls.");
        }
    }

    /// <summary>Everything works without, but plots have no letters: nothing to fail for.</summary>
    private static Finding Fonts() => SkiaSharp.SKFontManager.Default.FontFamilyCount is var count and > 0
        ? new Finding("fonts", true, $"{count} families", null)
        : new Finding("fonts", true, "none: plots will have no letters", "Install a font, such as Debian's fonts-dejavu-core.");

    private static void Write(List<Finding> findings)
    {
        var table = new Table().AddColumns("", "part", "finding", "what to do");
        foreach (var finding in findings)
            table.AddRow(finding.Ok ? "ok" : "FAILED", finding.Part, finding.Detail.EscapeMarkup(), (finding.Remedy ?? "").EscapeMarkup());

        new Screen(isOutputForPrograms: false).Rich.Write(table);
    }
}
