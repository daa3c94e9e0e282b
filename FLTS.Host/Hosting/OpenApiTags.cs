using Microsoft.OpenApi;

namespace FLTS.Host.Hosting;

/// <summary>What the parts of the API are about.</summary>
internal static class OpenApiTags
{
    private static readonly Dictionary<string, string> _descriptions = new()
    {
        ["Health"] = "Whether the process lives and can do its work.",
        ["Datasets"] = "Measurements of stations: files, appended rows, how they are read, what they look like.",
        ["Pipelines"] = "Preprocess, train, evaluate, promote: from one request.",
        ["Schedules"] = "Pipelines that come again.",
        ["Runs"] = "Trainings: state, parameters, errors, files.",
        ["Promotions"] = "Who serves: scoreboards, attempts to promote, champions, the way back.",
        ["Forecasts"] = "Forecasts by the champions.",
        ["Backtests"] = "A model over a span, compared with what came true.",
        ["Live"] = "Errors of what was forecast, as the truth comes in.",
        ["Monitoring"] = "What was noticed of a station, and what was done about it.",
        ["Retention"] = "What is kept and what would be deleted.",
        ["Access"] = "Keys, sessions, and who changed what.",
        ["Events"] = "What changes, told as it happens.",
    };

    public static void Describe(OpenApiDocument document)
    {
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
            tag.Description = _descriptions.GetValueOrDefault(tag.Name!);
    }
}
