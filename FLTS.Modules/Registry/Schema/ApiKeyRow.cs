using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>An API key. The key itself is nowhere: who has it shows it, and its hash is compared.</summary>
internal sealed class ApiKeyRow
{
    /// <summary>Its public part, by which it is found and named.</summary>
    public required string KeyId { get; set; }

    /// <summary>What people call it.</summary>
    public required string Name { get; set; }

    /// <summary>What it may do: a role, or several with commas between them.</summary>
    public required string Role { get; set; }

    /// <summary>Lower-case hex SHA-256 of the whole key, which holds 192 random bits: nothing to try words on.</summary>
    public required string Hash { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>Id of the key that made it, or <c>admin</c>.</summary>
    public required string CreatedBy { get; set; }

    /// <summary>From when it counts no more; null: never by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was taken back.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Who took it back.</summary>
    public string? RevokedBy { get; set; }

    /// <summary>When it was last used, to a few minutes.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ApiKeyRow"/>.</summary>
internal sealed class ApiKeyTable : IEntityTypeConfiguration<ApiKeyRow>
{
    public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
    {
        builder.ToTable(
            "api_keys",
            t => t.HasCheckConstraint("ck_api_keys_revoked", "(revoked_at IS NULL) = (revoked_by IS NULL)"));
        builder.HasKey(k => k.KeyId);
        builder.Property(k => k.KeyId).HasMaxLength(Lengths.Id);
        builder.Property(k => k.Name).HasMaxLength(Lengths.Name);
        builder.Property(k => k.Role).HasMaxLength(Lengths.Name);
        builder.Property(k => k.Hash).HasMaxLength(Lengths.Hash);
        builder.Property(k => k.CreatedBy).HasMaxLength(Lengths.Id);
        builder.Property(k => k.RevokedBy).HasMaxLength(Lengths.Id);
    }
}
