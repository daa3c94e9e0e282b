using System.ComponentModel;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Parameters of <c>GET /pipelines</c>.</summary>
internal sealed class PipelineQuery
{
    [FromQuery(Name = "identifier")]
    public Identifier? Identifier { get; init; }

    [FromQuery(Name = "status"), Description("Only those of a status, such as failed.")]
    public string? Status { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>A status as addresses write it; null or nothing: all.</summary>
    /// <exception cref="InvalidInputException">No such status.</exception>
    public static PipelineStatus? StatusOf(string? text) => string.IsNullOrEmpty(text)
        ? null
        : SnakeCase.TryParse<PipelineStatus>(text)
            ?? throw new InvalidInputException(
                $"'status' is '{text}'; it must be one of {string.Join(", ", SnakeCase.All<PipelineStatus>())}.");
}
