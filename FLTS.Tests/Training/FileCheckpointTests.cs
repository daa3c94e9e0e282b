using FLTS.Modules.Training;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace FLTS.Tests.Training;

public sealed class FileCheckpointTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("flts-checkpoint-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_was_saved_last_is_loaded_by_the_next_process()
    {
        var path = Path.Combine(_folder, "run", "checkpoint.bin");
        Assert.That(new FileCheckpoint(path, NullLogger.Instance).Load(), Is.Null, "nothing was saved yet");

        new FileCheckpoint(path, NullLogger.Instance).Save([1, 2, 3]);
        new FileCheckpoint(path, NullLogger.Instance).Save([4]);

        Assert.That(new FileCheckpoint(path, NullLogger.Instance).Load(), Is.EqualTo(new byte[] { 4 }));
    }

    [Test]
    public void A_write_that_was_killed_leaves_the_checkpoint_before_it()
    {
        var path = Path.Combine(_folder, "checkpoint.bin");
        new FileCheckpoint(path, NullLogger.Instance).Save([1, 2, 3]);
        File.WriteAllBytes(path + ".new", [9]);

        Assert.That(new FileCheckpoint(path, NullLogger.Instance).Load(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void A_folder_that_cannot_be_made_fails_no_training()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var checkpoint = new FileCheckpoint(Path.Combine(file, "checkpoint.bin"), NullLogger.Instance);

        Assert.That(() => checkpoint.Save([1]), Throws.Nothing);
        Assert.That(checkpoint.Load(), Is.Null);
    }
}
