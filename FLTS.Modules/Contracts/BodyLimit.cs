using Microsoft.AspNetCore.Http.Metadata;

namespace FLTS.Modules.Contracts;

/// <summary>What an endpoint takes of a body; the server reads no further.</summary>
/// <param name="Bytes">At most.</param>
/// <param name="Setting">That says so.</param>
public sealed record BodyLimit(long Bytes, string Setting) : IRequestSizeLimitMetadata
{
    /// <inheritdoc/>
    public long? MaxRequestBodySize => Bytes;
}
