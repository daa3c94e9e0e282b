using FLTS.Modules.Inference.Models;
using FLTS.Modules.Registry.Ledger;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture]
[Parallelizable]
internal sealed class ServedRecordsTests
{
    private static readonly ServedChampion[] _records =
    [
        new(new("station"), 3, new("run-3"), 2, new string('a', 64), "GRU", new("hash")),
        new(new("harbour"), 1, new("run-1"), 1, null, "PROPHET", new("other")),
    ];

    private TemporaryFolder _folder = null!;
    private ILoggerFactory _loggers = null!;
    private LogLines _log = null!;

    private string Path => _folder[System.IO.Path.Combine("cache", "served.json")];

    [SetUp]
    public void Start()
    {
        (_folder, _log) = (new TemporaryFolder(), new LogLines());
        _loggers = LoggerFactory.Create(l => l.AddProvider(_log));
    }

    [TearDown]
    public void Stop()
    {
        _loggers.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void What_was_written_is_read_by_the_next_process_and_the_last_writing_counts()
    {
        Assert.That(Records().Read(), Is.Empty, "nothing was served here yet");

        Records().Write(_records);
        Assert.That(Records().Read(), Is.EqualTo(_records));
        Records().Write(_records[1..]);
        Assert.That(Records().Read(), Is.EqualTo(_records[1..]));
        Records().Write([]);

        Assert.That(Records().Read(), Is.Empty);
        Assert.That(_log.Texts, Is.Empty);
    }

    [TestCase("")]
    [TestCase("not json")]
    [TestCase("{}")]
    [TestCase("[{\"identifier\": 5}]")]
    [TestCase("[{\"identifier\": \"station\", \"version\": 1, \"run_id\": \"run-1\", \"att", Description = "cut short")]
    [TestCase("[] []")]
    public void A_file_that_is_none_is_said_and_serves_nothing(string text)
    {
        Put(text);

        Assert.That(Records().Read(), Is.Empty);
        Assert.That(_log.Texts.Single(), Does.Contain($"{Path} cannot be read, so nothing is served before database and store are there"));
        Records().Write(_records);
        Assert.That(Records().Read(), Is.EqualTo(_records), "the next writing mends it");
    }

    [TestCase("null")]
    [TestCase("[null]")]
    [TestCase("[{}]")]
    [TestCase("[{\"identifier\": \"station\"}]")]
    [TestCase("[{\"version\": 1, \"run_id\": \"run-1\", \"attempt\": 1, \"model_type\": \"GRU\", \"config_hash\": \"hash\"}]")]
    public void A_record_that_names_no_model_is_left_out(string text)
    {
        Put(text);

        Assert.That(Records().Read(), Is.Empty);
    }

    [Test]
    public void Whoever_reads_while_it_is_written_sees_the_records_before_or_after_whole()
    {
        var states = new[] { _records[..1], [.. Enumerable.Range(1, 2000).Select(v => _records[0] with { Version = v })] };
        Records().Write(states[0]);

        Race.Run(
            rounds: 60,
            racers: 3,
            () => 0,
            (_, racer) =>
            {
                if (racer < 2)
                    Records().Write(states[racer]);
                else
                    Assert.That(Records().Read(), Has.Count.EqualTo(1).Or.Count.EqualTo(2000));
            },
            _ => { });

        Assert.That(Directory.GetFileSystemEntries(_folder["cache"]), Is.EqualTo([Path]), "nothing is left beside it");
        Assert.That(_log.Texts, Is.Empty);
    }

    [Test]
    public void A_place_that_cannot_be_written_is_said_and_stops_nobody()
    {
        Directory.CreateDirectory(Path);
        Records().Write(_records);
        Assert.That(_log.Texts.Single(), Does.Contain($"{Path} cannot be written"));
        Assert.That(Records().Read(), Is.Empty);

        Directory.Delete(_folder["cache"], recursive: true);
        File.WriteAllText(_folder["cache"], "a file where the folder should be");
        Records().Write(_records);

        Assert.That(_log.Texts, Has.Count.EqualTo(2));
    }

    private ServedRecords Records() => new(Path, _loggers.CreateLogger<ServedRecords>());

    private void Put(string text)
    {
        Directory.CreateDirectory(_folder["cache"]);
        File.WriteAllText(Path, text);
    }
}
