using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>
/// The fault that ended the system before this one, replayed on the embedded default: the store refuses after training. The root is
/// replaced by a file, which refuses root too.
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class FolderRefusesTests
{
    private TemporaryFolder _folder = null!;
    private FltsStart _start = null!;
    private FltsProcess _flts = null!;

    private string Objects => _folder["data/objects"];

    [SetUp]
    public void Prepare()
    {
        _folder = new TemporaryFolder();
        Stations.Write(_folder["datasets"], "station", 600);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _flts.DisposeAsync();
        _folder.Dispose();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_folder_that_refuses_between_upload_and_verification_delays_the_promotion_and_repeats_nothing()
    {
        Start(epochs: 2);
        var id = await Story.BeginAsync(_flts);
        await using (var installation = RegistryUnderTest.Beside(_start))
        await using (await installation.HoldAsync(id))
        {
            await Story.WaitUntilTrainedAsync(_flts, id);
            Refuse();
        }

        var blocked = await Story.WaitUntilBlockedAsync(_flts, id);
        Accept();

        Assert.That(blocked["waiting_for"]!["reason"]!.GetValue<string>(), Does.Contain(Objects));
        Assert.That(
            blocked["waiting_for"]!["next_try"]!.GetValue<DateTimeOffset>(),
            Is.GreaterThan(blocked["waiting_for"]!["since"]!.GetValue<DateTimeOffset>()));
        await Story.CheckAsync(_flts, id, leastTries: 2, told: Objects);
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_folder_that_refuses_the_upload_keeps_trained_models_waiting_and_nothing_is_trained_again()
    {
        Start(epochs: 25);
        var id = await Story.BeginAsync(_flts);
        await Story.WaitUntilFittingAsync(_flts, id);
        Refuse();

        var runs = await Story.WaitUntilStoringAsync(_flts, id);
        var waiting = (await _flts.GetAsync($"/pipelines/{id}"))["waiting_for"]!;
        Accept();

        Assert.That(
            runs.Count(r => Story.Text(r, "status") == "storing"),
            Is.GreaterThanOrEqualTo(2),
            "the nets were still training when the store was lost");
        Assert.That(waiting["reason"]!.GetValue<string>(), Does.Contain("to be stored (it is trained)").And.Contain(Objects));
        await Story.CheckAsync(_flts, id, leastTries: 2, told: Objects);
    }

    private void Start(int epochs)
    {
        _start = new FltsStart
        {
            Data = _folder["data"],
            Settings = Story.Settings(epochs),
            Arguments = ["--datasets", _folder["datasets"]],
        };
        _flts = FltsProcess.Start(_start);
    }

    private void Refuse()
    {
        Directory.Move(Objects, Objects + ".aside");
        File.WriteAllText(Objects, "a file where the folder was");
    }

    private void Accept()
    {
        File.Delete(Objects);
        Directory.Move(Objects + ".aside", Objects);
    }
}
