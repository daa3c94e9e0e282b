using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Access;

/// <summary>Makes, lists and takes back API keys.</summary>
internal sealed class KeyService(KeyStore store, KnownKeys known, AccessOptions options, TimeProvider time)
{
    public async Task<Page<KeyView>> ListAsync(int limit, Cursor? cursor, CancellationToken cancellation)
    {
        var page = await store.ListAsync(limit, cursor, cancellation);
        return new Page<KeyView>([.. page.Items.Select(View)], page.Next);
    }

    /// <exception cref="InvalidInputException">A role that does not exist, a name that is no name, an end in the past.</exception>
    /// <exception cref="ConflictException">There are too many.</exception>
    public async Task<NewKeyView> CreateAsync(KeyRequest request, Caller by, CancellationToken cancellation)
    {
        var role = Roles.Parse(request.Role);
        var name = (request.Name ?? role).Trim();
        if (name.Length is 0 or > Lengths.Name || name.Any(char.IsControl))
            throw new InvalidInputException($"'name' must have 1 to {Lengths.Name} characters that can be seen.");
        if (request.Expires <= time.GetUtcNow())
            throw new InvalidInputException($"'expires' is {request.Expires:u}, which is over; it must be a time to come.");

        var (id, key) = Secrets.NewKey();
        var row = await store.AddAsync(
            new NewKey(id, Secrets.HashOf(key), name, role, request.Expires?.ToUniversalTime(), by.Id), options.MaxKeys, cancellation);
        return new NewKeyView(row.KeyId, row.Name, row.Role, key, row.CreatedAt, row.ExpiresAt);
    }

    /// <exception cref="NotFoundException">No such key.</exception>
    public async Task RevokeAsync(string id, Caller by, CancellationToken cancellation)
    {
        await store.RevokeAsync(id, by.Id, cancellation);
        known.Forget(id);
    }

    private KeyView View(ApiKeyRow row) => new(row.KeyId, row.Name, row.Role, State(row), row.CreatedAt, row.CreatedBy)
    {
        ExpiresAt = row.ExpiresAt,
        RevokedAt = row.RevokedAt,
        UsedAt = row.UsedAt,
    };

    private string State(ApiKeyRow row) =>
        row.RevokedAt is not null ? "revoked" : row.ExpiresAt <= time.GetUtcNow() ? "expired" : "valid";
}
