// Users of the database and writers of rows outside of the registry; RegistryWallsTests proves with them that the rules can fail.
#pragma warning disable CA1812, CA1822
using FLTS.Tests.Architecture.Planted.Rows.Registry;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Tests.Architecture.Planted.Rows.Registry
{
    internal sealed record PlantedRow
    {
        public required string Id { get; init; }

        public string? Status { get; set; }
    }

    internal abstract class PlantedDbContext : DbContext
    {
        public DbSet<PlantedRow> Sources => Set<PlantedRow>();
    }

    internal sealed class Mover
    {
        public PlantedRow Begin() => new() { Id = "a", Status = "new" };
    }
}

namespace FLTS.Tests.Architecture.Planted.Rows
{
    internal sealed class ReaderWithAContext(PlantedDbContext db)
    {
        public string Text => db.ToString()!;
    }

    internal sealed class ReaderWithAFactory(IDbContextFactory<PlantedDbContext> factory)
    {
        public object Open() => factory.CreateDbContext();
    }

    internal sealed class ReaderThatQueries
    {
        public Task<List<string>> AllAsync(IQueryable<string> rows) => rows.ToListAsync();
    }

    internal sealed class ReaderOfARow
    {
        public string? Read(PlantedRow row) => row.Status;
    }

    internal sealed class WriterThatSets
    {
        public void End(PlantedRow row) => row.Status = "ended";
    }

    internal sealed class WriterThatMakesOne
    {
        public PlantedRow Make() => new() { Id = "a" };
    }

    internal sealed class WriterThatCopies
    {
        public PlantedRow End(PlantedRow row) => row with { Status = "ended" };
    }
}
