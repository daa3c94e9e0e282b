using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Npgsql;
using NUnit.Framework;
using RabbitMQ.Client;

namespace FLTS.Tests.TestKit.Servers;

/// <summary>The servers of the tests themselves: of the soak run, for nothing of the product is in them.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Soak)]
internal sealed class ServersTests
{
    [Test]
    public async Task PostgreSQL_keeps_a_committed_row_through_a_restart()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE notes (text text)");
        await ExecuteAsync(database, "INSERT INTO notes VALUES ('kept')");

        await server.StopAsync();
        Assert.That(() => ExecuteAsync(database, "SELECT 1"), Throws.InstanceOf<NpgsqlException>(), "a stopped server answered");
        await server.StartAsync();

        Assert.That(await ExecuteAsync(database, "SELECT text FROM notes"), Is.EqualTo("kept"));
    }

    [Test]
    public async Task Databases_of_the_shared_PostgreSQL_do_not_see_each_other()
    {
        var server = await TestServers.Postgres();
        var first = await server.CreateDatabaseAsync();
        var second = await server.CreateDatabaseAsync();

        await ExecuteAsync(first, "CREATE TABLE mine (x int)");

        Assert.That(await ExecuteAsync(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"), Is.Zero);
    }

    [Test]
    public async Task RabbitMQ_delivers_what_was_published_to_a_virtual_host_and_to_no_other()
    {
        var server = await TestServers.RabbitMq();
        await using var connection = await ConnectAsync(await server.CreateVirtualHostAsync());
        await using var other = await ConnectAsync(server.Uri);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("queue", durable: true, exclusive: false, autoDelete: false);

        await channel.BasicPublishAsync("", "queue", Encoding.UTF8.GetBytes("hello"));

        BasicGetResult? message = null;
        for (var tries = 0; message is null && tries < 100; tries++)
        {
            message = await channel.BasicGetAsync("queue", autoAck: true);
            await Task.Delay(20);
        }

        Assert.That(message, Is.Not.Null, "the message never arrived");
        Assert.That(Encoding.UTF8.GetString(message!.Body.Span), Is.EqualTo("hello"));
        await using var otherChannel = await other.CreateChannelAsync();
        Assert.That(() => otherChannel.QueueDeclarePassiveAsync("queue"), Throws.Exception, "the queue leaked into another virtual host");
    }

    [Test]
    public async Task RabbitMQ_keeps_a_durable_message_through_a_kill()
    {
        await using var server = await RabbitMqServer.StartNewAsync();
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using (var connection = await ConnectAsync(server.Uri))
        await using (var channel = await connection.CreateChannelAsync(confirms))
        {
            await channel.QueueDeclareAsync("queue", durable: true, exclusive: false, autoDelete: false);
            await channel.BasicPublishAsync(
                "", "queue", mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes("kept"));
        }

        await server.RestartAsync();

        await using var again = await ConnectAsync(server.Uri);
        await using var reader = await again.CreateChannelAsync();
        var message = await reader.BasicGetAsync("queue", autoAck: true);
        Assert.That(message is null ? null : Encoding.UTF8.GetString(message.Body.Span), Is.EqualTo("kept"));
    }

    [Test]
    public async Task The_S3_store_puts_gets_lists_and_deletes()
    {
        using var client = (await TestServers.Ceph()).CreateClient();
        var bucket = await CreateBucketAsync(client);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "a/one.txt", ContentBody = "one" });
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "b/two.txt", ContentBody = "two" });

        var listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = "a/" });
        Assert.That(listed.S3Objects.Select(found => found.Key), Is.EqualTo(["a/one.txt"]));
        Assert.That(await ReadAsync(client, bucket, "a/one.txt"), Is.EqualTo("one"));

        await client.DeleteObjectAsync(bucket, "a/one.txt");
        Assert.That(() => client.GetObjectAsync(bucket, "a/one.txt"), Throws.InstanceOf<NoSuchKeyException>());
    }

    [Test]
    public async Task The_S3_store_honours_conditional_puts()
    {
        using var client = (await TestServers.Ceph()).CreateClient();
        var bucket = await CreateBucketAsync(client);
        var first = await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "1", IfNoneMatch = "*" });

        AssertRefused(() =>
            client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "2", IfNoneMatch = "*" }));
        AssertRefused(() => client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "3", IfMatch = new string('0', 32) }));
        // Ceph 16 compares If-Match of a put without the quotes the standard asks for.
        await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "4", IfMatch = first.ETag.Trim('"') });

        Assert.That(await ReadAsync(client, bucket, "k"), Is.EqualTo("4"));
    }

    [Test]
    public async Task The_S3_store_joins_the_parts_of_an_upload()
    {
        using var client = (await TestServers.Ceph()).CreateClient();
        var bucket = await CreateBucketAsync(client);
        var body = new byte[(5 << 20) + 12345];
        new Random(7).NextBytes(body);
        var upload = await client.InitiateMultipartUploadAsync(bucket, "big");
        var parts = new List<PartETag>();
        foreach (var (number, offset, length) in (ReadOnlySpan<(int, int, int)>)[(1, 0, 5 << 20), (2, 5 << 20, 12345)])
        {
            var part = client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = bucket,
                Key = "big",
                UploadId = upload.UploadId,
                PartNumber = number,
                InputStream = new MemoryStream(body, offset, length),
            }).GetAwaiter().GetResult();
            parts.Add(new PartETag(number, part.ETag));
        }

        await client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = bucket, Key = "big", UploadId = upload.UploadId, PartETags = parts });

        using var answer = await client.GetObjectAsync(bucket, "big");
        using var read = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(read);
        Assert.That(read.ToArray(), Is.EqualTo(body));
    }

    [Test]
    public async Task The_S3_store_keeps_its_objects_while_the_gateway_is_away()
    {
        await using var server = await CephServer.StartNewAsync();
        using var client = server.CreateClient();
        var bucket = await CreateBucketAsync(client);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "k", ContentBody = "kept" });

        await server.StopAsync();
        Assert.That(() => client.GetObjectAsync(bucket, "k"), Throws.Exception, "a stopped gateway answered");
        await server.StartAsync();

        Assert.That(await ReadAsync(client, bucket, "k"), Is.EqualTo("kept"));
    }

    private static void AssertRefused(Func<Task> put) => Assert.That(
        put,
        Throws.InstanceOf<AmazonS3Exception>()
            .With.Property(nameof(AmazonS3Exception.StatusCode))
            .EqualTo(HttpStatusCode.PreconditionFailed));

    private static async Task<string> CreateBucketAsync(AmazonS3Client client)
    {
        var bucket = $"test-{Guid.NewGuid():N}";
        await client.PutBucketAsync(bucket);
        return bucket;
    }

    private static async Task<string> ReadAsync(AmazonS3Client client, string bucket, string key)
    {
        using var answer = await client.GetObjectAsync(bucket, key);
        using var reader = new StreamReader(answer.ResponseStream);
        return await reader.ReadToEndAsync();
    }

    private static async Task<IConnection> ConnectAsync(Uri uri) =>
        await new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
