using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Losses and metrics of one epoch.</summary>
internal sealed class RunEpochRow
{
    public required RunId RunId { get; set; }

    public required int Epoch { get; set; }

    public double TrainLoss { get; set; }

    public double TrainRmse { get; set; }

    public double TrainMae { get; set; }

    public double TrainR2 { get; set; }

    public double? ValLoss { get; set; }

    public double? ValRmse { get; set; }

    public double? ValMae { get; set; }

    public double? ValR2 { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="RunEpochRow"/>.</summary>
internal sealed class RunEpochTable : IEntityTypeConfiguration<RunEpochRow>
{
    public void Configure(EntityTypeBuilder<RunEpochRow> builder)
    {
        builder.ToTable("run_epochs").HasKey(r => new { r.RunId, r.Epoch });
    }
}
