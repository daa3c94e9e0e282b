using Microsoft.Extensions.Configuration;
using Npgsql;
using NUnit.Framework;

namespace FLTS.Tests.Kit;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ServerCredentialsTests
{
    [TestCase("semi;colon")]
    [TestCase("quote\"and'apostrophe")]
    [TestCase("Password=other;Host=elsewhere")]
    [TestCase(" spaces ")]
    [TestCase("@/#?%:&é")]
    public void A_password_of_its_own_setting_is_taken_as_it_is(string password)
    {
        var settings = Settings(
            ("Database:ConnectionString", "Host=db;Username=flts;Password=old"),
            ("Database:Password", password),
            ("Bus:RabbitMq:Uri", "amqp://nobody:old@rabbit:5672/vhost"),
            ("Bus:RabbitMq:Username", "flts"),
            ("Bus:RabbitMq:Password", password));

        var connection = new NpgsqlConnectionStringBuilder(ServerCredentials.Postgres(settings));
        var uri = ServerCredentials.RabbitMq(settings)!;
        var broker = new RabbitMQ.Client.ConnectionFactory { Uri = uri };

        Assert.Multiple(() =>
        {
            Assert.That((connection.Host, connection.Username, connection.Password), Is.EqualTo(("db", "flts", password)));
            Assert.That((uri.Host, uri.AbsolutePath), Is.EqualTo(("rabbit", "/vhost")));
            Assert.That((broker.UserName, broker.Password), Is.EqualTo(("flts", password)));
        });
    }

    [Test]
    public void Without_settings_of_their_own_the_address_says_user_and_password()
    {
        var settings = Settings(
            ("Database:ConnectionString", "Host=db;Username=u;Password=p"), ("Bus:RabbitMq:Uri", "amqp://v:q%2Fr@rabbit/"));

        var connection = new NpgsqlConnectionStringBuilder(ServerCredentials.Postgres(settings));
        var broker = new RabbitMQ.Client.ConnectionFactory { Uri = ServerCredentials.RabbitMq(settings)! };

        Assert.That(
            (connection.Username, connection.Password, broker.UserName, broker.Password), Is.EqualTo(("u", "p", "v", "q/r")));
    }

    [Test]
    public void Kerberos_is_not_looked_for_unless_the_connection_string_asks_for_it()
    {
        var silent = ServerCredentials.Postgres(Settings(("Database:ConnectionString", "Host=db")));
        var asking = ServerCredentials.Postgres(Settings(("Database:ConnectionString", "Host=db;GSS Encryption Mode=Require")));

        Assert.That(new NpgsqlConnectionStringBuilder(silent).GssEncryptionMode, Is.EqualTo(GssEncryptionMode.Disable));
        Assert.That(new NpgsqlConnectionStringBuilder(asking).GssEncryptionMode, Is.EqualTo(GssEncryptionMode.Require));
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();
}
