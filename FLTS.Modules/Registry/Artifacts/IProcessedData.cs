using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>Processed data, read back and checked.</summary>
internal interface IProcessedData
{
    /// <summary>The dataset of a hash, each object checked against the SHA-256 its row names. Shared: not to be changed.</summary>
    /// <exception cref="NotFoundException">No such dataset, or it is not ready.</exception>
    /// <exception cref="UnavailableException">The store cannot be reached.</exception>
    /// <exception cref="CorruptArtifactException">Stored bytes are not what the row says; names the object.</exception>
    Task<PreparedDataset> OpenAsync(ConfigHash configHash, CancellationToken cancellation);

    /// <summary>Its small half alone; as <see cref="OpenAsync"/>.</summary>
    async Task<DatasetMeta> MetaAsync(ConfigHash configHash, CancellationToken cancellation) =>
        (await OpenAsync(configHash, cancellation)).Meta;
}
