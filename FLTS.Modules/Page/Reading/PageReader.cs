using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Page.Reading;

/// <summary>What the pages of pipelines and data show, out of the registry's own views.</summary>
internal sealed class PageReader(
    PipelineReader pipelines, DatasetReader datasets, ISourceCatalog sources, Boards boards, TimeProvider time)
{
    private const int PageSize = 50, PipelinesOfPage = 30;

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task<PipelinesModel> PipelinesAsync(
        Identifier? identifier, PipelineStatus? status, Cursor? cursor, CancellationToken cancellation)
    {
        var page = await pipelines.ListAsync(identifier, PipelinesOfPage, cursor, cancellation, status);
        return new PipelinesModel(page.Items, identifier, status, page.Next, Now);
    }

    /// <exception cref="NotFoundException">No such pipeline.</exception>
    public async Task<PipelineModel> PipelineAsync(string id, CancellationToken cancellation)
    {
        var pipeline = await pipelines.FindAsync(id, cancellation);
        return new PipelineModel(pipeline, await boards.FindAsync(pipeline.PipelineId.Value, cancellation), Now);
    }

    public Task<Page<DatasetView>> DatasetsAsync(string? cursor, CancellationToken cancellation) =>
        datasets.ListAsync(sources, PageSize, cursor is not null && DatasetNames.IsName(cursor) ? cursor : null, cancellation);

    /// <exception cref="NotFoundException">No such dataset.</exception>
    public Task CheckDatasetAsync(DatasetName name, CancellationToken cancellation) => sources.GetAsync(name, cancellation);
}

/// <param name="Items">Of this page.</param>
/// <param name="Identifier">Only its are shown; null: of all.</param>
/// <param name="Status">Only those are shown; null: all.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Now">When it was read.</param>
internal sealed record PipelinesModel(
    IReadOnlyList<PipelineView> Items, Identifier? Identifier, PipelineStatus? Status, string? Next, DateTimeOffset Now);

internal sealed record PipelineModel(PipelineView Pipeline, Board? Board, DateTimeOffset Now);
