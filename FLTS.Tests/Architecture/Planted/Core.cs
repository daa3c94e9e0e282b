// One type for each framework that the numerical core must not know; CoreTests proves with them that the rule can fail.
#pragma warning disable CA1812, CA1823, CS0169, CS0649, IDE0044, IDE0051
namespace FLTS.Tests.Architecture.Planted.Core;

internal sealed class ForecasterOnTheWeb
{
    private Microsoft.AspNetCore.Http.HttpContext? _request;
}

internal sealed class ForecasterAsAJob
{
    private Hangfire.IBackgroundJobClient? _jobs;
}

internal sealed class ForecasterOnTheBus
{
    private MassTransit.IBus? _bus;
}

internal sealed class ForecasterWithADatabase
{
    private Microsoft.EntityFrameworkCore.DbContext? _database;
}

internal sealed class ForecasterOnPostgres
{
    private Npgsql.NpgsqlConnection? _connection;
}

internal sealed class ForecasterInTheCloud
{
    private Amazon.S3.IAmazonS3? _store;
}

internal sealed class ForecasterAsAService
{
    private Microsoft.Extensions.Hosting.IHostedService? _service;
}

internal sealed class ForecasterThatKnowsAModule
{
    private Modules.Contracts.IModule? _module;
}
