using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// A browser that is signed in, or a link that can sign one in once. Only the hash of its secret is kept; what it may do is what its key
/// may do now.
/// </summary>
internal sealed class SessionRow
{
    /// <summary>Lower-case hex SHA-256 of the secret.</summary>
    public required string Hash { get; set; }

    /// <summary>False: a link, which is taken by the first who shows it.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The key it was opened with; null: the admin key.</summary>
    public string? KeyId { get; set; }

    /// <summary>Of the admin key, with this session's secret: it tells whether that is still the same one, and nothing about it.</summary>
    public string? KeyProof { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was last used, to a few minutes.</summary>
    public required DateTimeOffset SeenAt { get; set; }

    /// <summary>When it ends however much it is used.</summary>
    public required DateTimeOffset EndsAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="SessionRow"/>.</summary>
internal sealed class SessionTable : IEntityTypeConfiguration<SessionRow>
{
    public void Configure(EntityTypeBuilder<SessionRow> builder)
    {
        builder.ToTable("sessions", t => t.HasCheckConstraint("ck_sessions_key", "(key_id IS NULL) = (key_proof IS NOT NULL)"));
        builder.HasKey(s => s.Hash);
        builder.Property(s => s.Hash).HasMaxLength(Lengths.Hash);
        builder.Property(s => s.KeyId).HasMaxLength(Lengths.Id);
        builder.Property(s => s.KeyProof).HasMaxLength(Lengths.Hash);
        builder.HasIndex(s => s.KeyId);
        builder.HasIndex(s => s.EndsAt);
    }
}
