using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FLTS.Modules.Registry;

// Used by `dotnet ef migrations add NAME --context ... --output-dir Registry/Schema/Migrations/...` alone; neither opens a connection.

internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteRegistryDbContext>
{
    public SqliteRegistryDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<SqliteRegistryDbContext>();
        RegistryModule.Configure(builder, new RegistryOptions(), ".");
        return new SqliteRegistryDbContext(builder.Options);
    }
}

internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresRegistryDbContext>
{
    public PostgresRegistryDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<PostgresRegistryDbContext>();
        RegistryModule.Configure(builder, new RegistryOptions { Provider = "postgres", ConnectionString = "Host=localhost" }, ".");
        return new PostgresRegistryDbContext(builder.Options);
    }
}
