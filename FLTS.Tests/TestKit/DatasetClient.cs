using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Storage;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.TestKit;

/// <summary>An answer of the API: its status and JSON.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonObject Body)
{
    public string Detail => Body["detail"]?.GetValue<string>() ?? "";

    public int Int(string name) => Body[name]!.GetValue<int>();

    public string Text(string name) => Body[name]!.GetValue<string>();
}

/// <summary>Datasets as a client of a running host puts, extends and sees them.</summary>
internal static class DatasetClient
{
    /// <summary>A row a minute.</summary>
    public static readonly DateTime Start = new(2026, 1, 5);

    /// <summary>As the API and the CSVs of these tests write row <paramref name="row"/>'s time.</summary>
    public static string At(int row) => Start.AddMinutes(row).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Rows of the columns <c>down</c> and <c>up</c>.</summary>
    public static string Csv(int from, int count, string header = "time,down,up\n") =>
        header
        + string.Concat(Enumerable.Range(from, count)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"{At(i)},{100 + (i % 7)},{50 + (i % 11) + 0.25}\n")));

    public static byte[] Zip(byte[] text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(text);
        return zipped.ToArray();
    }

    /// <summary>Waits until the database has its tables.</summary>
    public static async Task<RunningHost> ReadyAsync(this Task<RunningHost> starting)
    {
        var host = await starting;
        await host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(default);
        return host;
    }

    public static Task<Answer> PutAsync(this RunningHost host, string name, string csv, string query = "") =>
        host.PutAsync(name, Encoding.UTF8.GetBytes(csv), query);

    public static Task<Answer> PutAsync(this RunningHost host, string name, byte[] body, string query = "", string type = "text/csv") =>
        host.AskAsync(HttpMethod.Put, $"/datasets/{name}{query}", Content(body, type));

    public static Task<Answer> AppendAsync(this RunningHost host, string name, string rows, string type = "text/csv", string query = "") =>
        host.AskAsync(HttpMethod.Post, $"/datasets/{name}/rows{query}", Content(Encoding.UTF8.GetBytes(rows), type));

    public static Task<Answer> GetAsync(this RunningHost host, string path) => host.AskAsync(HttpMethod.Get, path, null);

    /// <summary>One request with the admin key; its path goes out as it is written.</summary>
    public static async Task<Answer> AskAsync(this RunningHost host, HttpMethod method, string path, HttpContent? content)
    {
        var raw = new Uri(
            host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, raw) { Content = content };
        request.Headers.Add("X-Api-Key", host.Key);
        using var response = await host.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }

    /// <summary>The stored text of a dataset's newest version of a part.</summary>
    public static async Task<string> StoredAsync(this RunningHost host, string name, string part = "train")
    {
        var versions = (await host.GetAsync($"/datasets/{name}")).Body["versions"]!.AsArray();
        var newest = versions.First(v => v!["part"]!.GetValue<string>() == part)!;
        await using var stored = await host.App.Services.GetRequiredService<IObjectStore>()
            .OpenReadAsync(ObjectKeys.Source(newest["sha256"]!.GetValue<string>()), default);
        using var reader = new StreamReader(stored);
        return await reader.ReadToEndAsync();
    }

    /// <summary>The text of a part with the log in it, as a pipeline would get it.</summary>
    public static async Task<string> CompactedAsync(this RunningHost host, string name, string part = "train")
    {
        var files = await host.App.Services.GetRequiredService<CompactedSources>().ResolveAsync(new(name), [], default);
        await using var stored = await host.App.Services.GetRequiredService<IObjectStore>()
            .OpenReadAsync(ObjectKeys.Source(part == "test" ? files.TestSha256! : files.TrainSha256), default);
        using var reader = new StreamReader(stored);
        return await reader.ReadToEndAsync();
    }

    /// <summary>All that the outside can see of datasets, as one text: the list, versions of these names, objects.</summary>
    public static async Task<string> StateAsync(this RunningHost host, params string[] names)
    {
        var state = new StringBuilder((await host.GetAsync("/datasets")).Body.ToJsonString());
        foreach (var name in names)
        {
            var versions = await host.GetAsync($"/datasets/{name}");
            state.Append('\n').Append(versions.Status).Append(versions.Body["versions"]?.ToJsonString());
            state.Append(versions.Body["measurements"]?.ToJsonString());
        }

        await foreach (var stored in host.App.Services.GetRequiredService<IObjectStore>().ListAsync(ObjectKeys.DatasetBucket, "", default))
            state.Append('\n').Append(stored);
        return state.ToString();
    }

    /// <summary>Asserts a status and returns the answer.</summary>
    public static async Task<Answer> ExpectAsync(this Task<Answer> asked, HttpStatusCode status)
    {
        var answer = await asked;
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body.ToJsonString());
        return answer;
    }

    private static ByteArrayContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }
}
