using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Mvc;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Parameters of <c>GET /runs</c>.</summary>
internal sealed class RunQuery
{
    [FromQuery(Name = "pipeline_id")]
    public PipelineId? PipelineId { get; init; }

    [FromQuery(Name = "config_hash")]
    public ConfigHash? ConfigHash { get; init; }

    [FromQuery(Name = "identifier")]
    public Identifier? Identifier { get; init; }

    [FromQuery(Name = "model_type")]
    public string? ModelType { get; init; }

    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>What is asked for.</summary>
    /// <exception cref="InvalidInputException">No such status.</exception>
    public RunFilter Filter()
    {
        RunStatus? status = null;
        if (Status is not null)
        {
            status = SnakeCase.TryParse<RunStatus>(Status)
                ?? throw new InvalidInputException(
                    $"'status' is '{Status}'; it must be one of {string.Join(", ", SnakeCase.All<RunStatus>())}.");
        }

        return new RunFilter(PipelineId, ConfigHash, Identifier, ModelType, status);
    }
}
