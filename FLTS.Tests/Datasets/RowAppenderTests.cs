using System.Globalization;
using System.Text;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture]
internal sealed class RowAppenderTests
{
    private static readonly DatasetOptions _options = new() { MaxWaiting = 100 };

    [Test]
    public async Task Processes_that_append_at_once_leave_every_row_exactly_once([Values] Stack stack)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(stack);
        await using var other = registry.Again();
        using (var csv = new MemoryStream(Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 10))))
            await registry.Get<ISourceCatalog>().AddAsync(new("station"), "train", csv, null, default);
        using var turns = new Turns();
        var appenders = new[] { Appender(registry, turns), Appender(other, turns) };
        var next = 9;

        await RegistryUnderTest.TogetherAsync(10, async i =>
        {
            while (true)
            {
                var row = Interlocked.Increment(ref next);
                try
                {
                    return await appenders[i % 2].AppendAsync(
                        new("station"),
                        new SentRows(["time", "down", "up"], [[DatasetClient.At(row), $"{1000 + i}", ""]], 0),
                        SourceOptions.None,
                        default);
                }
                catch (ConflictException)
                {
                    // Somebody's later row was faster: as a client would, once more with the time it is by now.
                }
            }
        });

        var versions = await registry.Get<ISourceCatalog>().VersionsAsync(new("station"), default);
        await using var stored = await registry.Store.OpenReadAsync(ObjectKeys.Source(versions[0].Sha256), default);
        using var reader = new StreamReader(stored);
        var lines = (await reader.ReadToEndAsync()).TrimEnd('\n').Split('\n');
        Assert.That(versions.Select(v => v.Version), Is.EqualTo(Enumerable.Range(1, 11).Reverse()));
        Assert.That(
            lines.Skip(11).Select(l => int.Parse(l.Split(',')[1], CultureInfo.InvariantCulture) - 1000),
            Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(lines.Skip(1).Select(l => l.Split(',')[0]), Is.Ordered.And.Unique);
    }

    [Test]
    public async Task A_file_that_would_grow_over_the_limit_is_left_as_it_is()
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded);
        var text = Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 40));
        using (var csv = new MemoryStream(text))
            await registry.Get<ISourceCatalog>().AddAsync(new("station"), "train", csv, null, default);
        var options = _options with { MaxBytes = text.Length + 30 };
        using var turn = new ReadingTurn(options);
        var appender = new RowAppender(
            registry.Get<ISourceCatalog>(),
            new SourceReader(registry.Store, options, new ComputeThreads(1)),
            turn,
            new LatestRow(options, TimeProvider.System),
            options,
            NullLogger<RowAppender>.Instance);

        await appender.AppendAsync(
            new("station"),
            new SentRows(["time", "down", "up"], [[DatasetClient.At(40), "1", "2"]], 0),
            SourceOptions.None,
            default);
        Assert.That(
            () => appender.AppendAsync(
                new("station"),
                new SentRows(["time", "down", "up"], [[DatasetClient.At(41), "1", "2"]], 0),
                SourceOptions.None,
                default),
            Throws.TypeOf<TooLargeException>()
                .With.Message.Contains("station.csv: with these rows the file would be larger than the limit"));
        Assert.That(await registry.Get<ISourceCatalog>().VersionsAsync(new("station"), default), Has.Count.EqualTo(2));
    }

    private static RowAppender Appender(RegistryUnderTest registry, Turns turns) =>
        new(
            registry.Get<ISourceCatalog>(),
            new SourceReader(registry.Store, _options, new ComputeThreads(1)),
            turns.New(),
            new LatestRow(_options, TimeProvider.System),
            _options,
            NullLogger<RowAppender>.Instance);

    /// <summary>One for each process.</summary>
    private sealed class Turns : IDisposable
    {
        private readonly List<ReadingTurn> _turns = [];

        public ReadingTurn New()
        {
            _turns.Add(new ReadingTurn(_options));
            return _turns[^1];
        }

        public void Dispose() => _turns.ForEach(t => t.Dispose());
    }
}
